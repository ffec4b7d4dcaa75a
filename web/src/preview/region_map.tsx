import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Region, SourceFile } from '../api/types';
import { Thumbnail } from '../components/thumbnails';

interface MapProps {
  file: SourceFile;
  region: Region;
  onMove: (x: number, y: number) => void;
}

/** The whole image in small, with the box of the preview in it: a click or a drag, or arrow keys, move the box. */
export function RegionMap({ file, region, onMove }: MapProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const centre = { x: region.x + region.width / 2, y: region.y + region.height / 2 };
  const move = (event: PointerEvent): void => {
    const bounds = box.current?.getBoundingClientRect();
    if (!bounds || (event.type === 'pointermove' && event.buttons === 0)) return;
    onMove(
      ((event.clientX - bounds.left) / bounds.width) * file.width,
      ((event.clientY - bounds.top) / bounds.height) * file.height,
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    onMove(centre.x + (step[0] * region.width) / 4, centre.y + (step[1] * region.height) / 4);
  };
  const share = (part: number, all: number): string => `${(100 * part) / all}%`;
  return (
    <div
      ref={box}
      class="region-map"
      role="application"
      tabIndex={0}
      aria-label={`Where the preview is: ${Math.round(centre.x)}, ${Math.round(centre.y)} px. Arrow keys move it.`}
      style={{ aspectRatio: `${file.width} / ${file.height}` }}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={move}>
      <Thumbnail fileId={file.gridfs_id} />
      <span
        class="region-box"
        style={{
          left: share(region.x, file.width),
          top: share(region.y, file.height),
          width: share(region.width, file.width),
          height: share(region.height, file.height),
        }}
      />
    </div>
  );
}
