// Where an image is panned and zoomed: OpenSeadragon, fed with our own pictures of tiles.

import OpenSeadragon from 'openseadragon';
import type { Point } from './edits';
import { FrameCounter, type Motion, REST_MS } from './frames';
import { type Box, TILE } from './geometry';
import { type ImageLook, Pictures } from './pictures';
import type { TileFile, TilePlace } from './tiles';

/** Where one looks: the middle of the stage in pixels of the image, and screen pixels an image pixel. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface StageEvents {
  /** The pointer is over a point of the image, or has left (null). */
  onHover(point: Point | null): void;
  /** A click or a tap. */
  onClick(point: Point, event: MouseEvent): void;
  /** A press, moves and the release of a tool's stroke, or its end by a second finger. False from a press: it pans. */
  onStroke(kind: 'press' | 'move' | 'release' | 'cancel', point: Point): boolean;
  /** After each frame. */
  onDraw(camera: Camera): void;
  /** null when a motion begins, what was counted of it when it has ended. */
  onMotion(motion: Motion | null): void;
  /** A tile could not be had; it is asked for again in a while. */
  onProblem(error: unknown): void;
}

// Pictures that are old are painted again for so long in each frame, then the others wait for the next.
const PAINT_MS = 14;
const PAN_S = 0.25;

export class Stage {
  readonly pictures: Pictures;
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #image: TileFile;
  readonly #events: StageEvents;
  readonly #frames = new FrameCounter();
  readonly #element: HTMLElement;
  #painting = 0;
  #resting = 0;

  constructor(element: HTMLElement, image: TileFile, look: ImageLook, events: StageEvents) {
    this.#element = element;
    this.#image = image;
    this.#events = events;
    this.pictures = new Pictures(image, look, () => this.#viewer?.forceRedraw());
    this.#viewer = OpenSeadragon({
      element,
      drawer: 'canvas',
      prefixUrl: '',
      showNavigationControl: false,
      tileSources: this.#source(),
      animationTime: PAN_S,
      springStiffness: 9,
      blendTime: 0,
      immediateRender: false,
      imageLoaderLimit: 8,
      maxImageCacheCount: 160,
      minZoomImageRatio: 0.6,
      maxZoomPixelRatio: 40,
      visibilityRatio: 0.5,
      minPixelRatio: 0.6,
      tileRetryMax: 40,
      tileRetryDelay: 3000,
      preserveImageSizeOnResize: true,
      zoomPerScroll: 1.25,
      smoothTileEdgesMinZoom: Infinity,
      preload: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false, flickEnabled: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: false, flickEnabled: true, pinchRotate: false },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: false },
    } as OpenSeadragon.Options);
    this.#listen();
  }

  /** Resolves when the image can be moved about. */
  get opened(): Promise<void> {
    if (this.#viewer.isOpen()) return Promise.resolve();
    return new Promise((resolve) => this.#viewer.addOnceHandler('open', () => resolve()));
  }

  get canvas(): HTMLElement {
    return this.#viewer.canvas as HTMLElement;
  }

  destroy(): void {
    window.clearTimeout(this.#resting);
    this.#viewer.destroy();
  }

  camera(): Camera {
    const { viewport } = this.#viewer;
    const item = this.#viewer.world.getItemAt(0);
    const middle = viewport.viewportToImageCoordinates(viewport.getCenter(true));
    return { x: middle.x, y: middle.y, scale: item ? item.viewportToImageZoom(viewport.getZoom(true)) : 1 };
  }

  look(camera: Camera, immediately = false): void {
    const item = this.#viewer.world.getItemAt(0);
    if (!item) return;
    const { viewport } = this.#viewer;
    const zoom = item.imageToViewportZoom(camera.scale);
    viewport.zoomTo(zoom, undefined, immediately);
    viewport.panTo(item.imageToViewportCoordinates(camera.x, camera.y), immediately);
    viewport.applyConstraints(immediately);
  }

  home(immediately = false): void {
    this.#viewer.viewport.goHome(immediately);
  }

  /** Zooms by a factor about a point of the image, or about the middle. */
  zoomBy(factor: number, about?: Point): void {
    const { viewport } = this.#viewer;
    viewport.zoomBy(factor, about && viewport.imageToViewportCoordinates(about.x, about.y));
    viewport.applyConstraints();
  }

  /** Moves by parts of the stage's size. */
  panBy(right: number, down: number): void {
    const { viewport } = this.#viewer;
    const bounds = viewport.getBounds();
    viewport.panBy(new OpenSeadragon.Point(right * bounds.width, down * bounds.height));
    viewport.applyConstraints();
  }

  /** Brings a box into sight: moves only if it is not wholly there, zooms only if it is too small or too big. */
  show(box: Box): void {
    const camera = this.camera();
    const { clientWidth: width, clientHeight: height } = this.#element;
    const side = Math.max(box.right - box.left, box.bottom - box.top, 1);
    const fits = side * camera.scale < 0.9 * Math.min(width, height) && side * camera.scale > 14;
    const scale = fits ? camera.scale : (0.18 * Math.min(width, height)) / side;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const inside = Math.abs(x - camera.x) * scale < 0.42 * width && Math.abs(y - camera.y) * scale < 0.42 * height;
    if (!fits || !inside) this.look({ x, y, scale: Math.min(scale, 12) });
  }

  /** The point of the image under a point of the screen. */
  point(clientX: number, clientY: number): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return this.#point(new OpenSeadragon.Point(clientX - left, clientY - top));
  }

  /** Where a point of the image is on the stage. Units: CSS px from the stage's upper left corner. */
  place(point: Point): Point {
    const { viewport } = this.#viewer;
    return viewport.pixelFromPoint(viewport.imageToViewportCoordinates(point.x, point.y), true);
  }

  /** The label at a point, from the finest tile that is here; 0 for none. */
  labelAt({ x, y }: Point): number {
    const { width, height, levels } = this.#image.view;
    if (x < 0 || y < 0 || x >= width || y >= height) return 0;
    for (let level = 0; level < levels; level++) {
      const label = this.pictures.label(level, Math.floor(x / 2 ** level), Math.floor(y / 2 ** level));
      if (label >= 0) return label;
    }
    return 0;
  }

  redraw(): void {
    this.#viewer.forceRedraw();
  }

  #point(pixel: OpenSeadragon.Point): Point {
    const { viewport } = this.#viewer;
    return viewport.viewportToImageCoordinates(viewport.pointFromPixel(pixel, true));
  }

  #source(): OpenSeadragon.TileSource {
    const { id, view } = this.#image;
    const place = (text: string): TilePlace => {
      const [level, x, y] = text.split('/').slice(-3).map(Number) as [number, number, number];
      return { level, x, y };
    };
    const loads = new WeakMap<object, AbortController>();
    const source = new OpenSeadragon.TileSource({
      width: view.width,
      height: view.height,
      tileSize: TILE,
      minLevel: 0,
      maxLevel: view.levels - 1,
      tileOverlap: 0,
      ready: true,
    } as OpenSeadragon.TileSourceOptions);
    source.getTileUrl = (level, x, y) => `${id}/${view.levels - 1 - level}/${x}/${y}`;
    source.hasTransparency = () => false;
    source.downloadTileStart = (job) => {
      const load = new AbortController();
      loads.set(job, load);
      this.pictures.load(place(job.src), load.signal).then(
        (context) => job.finish(context, null, 'context2d'),
        (error: unknown) => {
          if (!load.signal.aborted) this.#events.onProblem(error);
          job.fail(String(error), null);
        },
      );
    };
    source.downloadTileAbort = (job) => loads.get(job)?.abort();
    return source;
  }

  #listen(): void {
    const viewer = this.#viewer;
    const events = this.#events;
    const place = (tile: OpenSeadragon.Tile): TilePlace => ({
      level: this.#image.view.levels - 1 - tile.level,
      x: tile.x,
      y: tile.y,
    });
    viewer.addHandler('tile-drawing', ({ tile }) => this.#refresh(place(tile)));
    viewer.addHandler('tile-unloaded', ({ tile }) => this.pictures.drop(place(tile)));
    viewer.addHandler('update-viewport', () => {
      this.#painting = 0;
      this.#frames.frame(performance.now());
      if (this.#frames.motion.frames === 0) events.onMotion(null);
      window.clearTimeout(this.#resting);
      this.#resting = window.setTimeout(() => events.onMotion(this.#frames.motion), REST_MS);
      events.onDraw(this.camera());
    });
    // Beyond its own pixels an image is not smoothed: one sees what was measured.
    viewer.addHandler('zoom', ({ zoom }) => {
      const scale = viewer.world.getItemAt(0)?.viewportToImageZoom(zoom) ?? 1;
      if (viewer.drawer) (viewer.drawer as OpenSeadragon.CanvasDrawer).setImageSmoothingEnabled(scale < 1.5);
    });
    // Keys are the viewer's own, see keys.ts.
    viewer.addHandler('canvas-key', (event) => (event.preventDefaultAction = true));
    this.#listenToPointers();
  }

  #refresh(place: TilePlace): void {
    const start = performance.now();
    const fresh = this.pictures.refresh(place, this.#painting < PAINT_MS);
    this.#painting += performance.now() - start;
    if (!fresh) requestAnimationFrame(() => this.#viewer.forceRedraw());
  }

  #listenToPointers(): void {
    const viewer = this.#viewer;
    const events = this.#events;
    let stroke = false;
    let drew = false;
    viewer.addHandler('canvas-click', (event) => {
      if (event.quick) events.onClick(this.#point(event.position), event.originalEvent as MouseEvent);
    });
    viewer.addHandler('canvas-press', (event) => {
      stroke = drew = events.onStroke('press', this.#point(event.position));
    });
    viewer.addHandler('canvas-drag', (event) => {
      if (!stroke) return;
      event.preventDefaultAction = true;
      events.onStroke('move', this.#point(event.position));
    });
    // Comes after the release. A stroke that ends fast does not flick the image on.
    viewer.addHandler('canvas-drag-end', (event) => {
      if (drew) event.preventDefaultAction = true;
    });
    viewer.addHandler('canvas-release', (event) => {
      if (stroke) events.onStroke('release', this.#point(event.position));
      stroke = false;
    });
    viewer.addHandler('canvas-pinch', (event) => {
      if (stroke) events.onStroke('cancel', this.#point(event.center));
      stroke = false;
    });
    this.#element.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'touch') events.onHover(this.point(event.clientX, event.clientY));
    });
    this.#element.addEventListener('pointerleave', () => events.onHover(null));
  }
}
