import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { previewInference, type Start } from '../api/calls';
import { isAbort, messageOf, Problem } from '../api/problem';
import type { FileView, Preview, Region, SourceFile } from '../api/types';
import { useApp } from '../app/context';
import { useLoaded } from '../app/use_loaded';
import { Icon } from '../components/icons';
import { Thumbnail } from '../components/thumbnails';
import { count, decimal, duration } from '../format';
import { firstSlice, maskPlanes, type Slice } from '../planes';
import { decodeLabels, paintLabels } from './outlines';
import { readRegion, regionAround } from './pixels';
import { PlaneSliders } from './plane_sliders';
import { RegionMap } from './region_map';

const SIDES = [256, 512, 1024];
const WAIT_MS = 400;
const OUTLINE = { color: 0xffd23f, fill: 40 };

interface PaneProps {
  start: Start;
  file: SourceFile;
  files: SourceFile[];
  /** The parameters have errors, so there is nothing to ask for. */
  blocked: boolean;
  onFile: (id: string) => void;
  /** Other parameters were chosen on the picture. */
  onParams: (params: Record<string, unknown>) => void;
  /** A refusal of a parameter, for its control. */
  onProblem: (problem: Problem | null) => void;
}

interface Outcome {
  preview: Preview | null;
  error: string;
  busy: boolean;
}

/** Asks for a preview a moment after what it depends on has changed; the question before is called off. */
function usePreview(props: PaneProps, region: Region | null): Outcome {
  const { client, connection } = useApp();
  const [outcome, setOutcome] = useState<Outcome>({ preview: null, error: '', busy: false });
  const key = JSON.stringify([props.start, props.file.gridfs_id, region, props.blocked, connection.recoveries.value]);
  const shown = useRef('');
  useEffect(() => {
    if (!region || props.blocked) {
      setOutcome((old) => ({ ...old, busy: false }));
      return undefined;
    }
    const stop = new AbortController();
    const place = `${props.file.gridfs_id}/${region.x}/${region.y}/${region.width}`;
    setOutcome((old) => ({ preview: shown.current === place ? old.preview : null, error: '', busy: true }));
    shown.current = place;
    const ask = async (): Promise<void> => {
      try {
        const preview = await previewInference(client, props.start, props.file.gridfs_id, region, {
          signal: stop.signal,
        });
        setOutcome({ preview, error: '', busy: false });
        props.onProblem(null);
      } catch (error) {
        if (isAbort(error)) return;
        if (error instanceof Problem && error.status === 429 && !stop.signal.aborted) {
          timer = setTimeout(() => void ask(), Math.min(error.retryAfterS ?? 1, 5) * 1000);
          return;
        }
        setOutcome({ preview: null, error: messageOf(error), busy: false });
        if (error instanceof Problem) props.onProblem(error);
      }
    };
    let timer = setTimeout(() => void ask(), WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return outcome;
}

interface PixelsProps {
  file: SourceFile;
  view: FileView;
  region: Region;
  slice: Slice;
}

function Pixels({ file, view, region, slice }: PixelsProps): JSX.Element {
  const { client } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const source = { fileId: file.gridfs_id, view, mapped: file.bit_depth > 16, ...slice };
    readRegion(client, source, region, stop.signal).then(
      (image) => {
        if (stop.signal.aborted || !canvas.current) return;
        canvas.current.width = region.width;
        canvas.current.height = region.height;
        canvas.current.getContext('2d')?.putImageData(image, 0, 0);
        setError('');
      },
      (problem: unknown) => {
        if (!stop.signal.aborted && !isAbort(problem)) setError(messageOf(problem));
      },
    );
    return () => stop.abort();
  }, [file.gridfs_id, view, region, slice.z, slice.t]);
  return (
    <>
      <canvas ref={canvas} class="preview-pixels" />
      {error ? (
        <p class="preview-error error-text" role="alert">
          {error}
        </p>
      ) : null}
    </>
  );
}

function Cells({ preview }: { preview: Preview | null }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (!target || !preview) return;
    const { width, height } = preview.region;
    target.width = width;
    target.height = height;
    const pixels = paintLabels(decodeLabels(preview.labels_rle, preview.region), width, height, OUTLINE);
    target.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [preview]);
  return <canvas ref={canvas} class={`preview-cells${preview ? '' : ' empty'}`} />;
}

function outcomeText({ preview, busy }: Outcome): string {
  if (!preview) return busy ? 'Looking for cells…' : '';
  const diameter = preview.diameter > 0 ? ` · diameter ${decimal(preview.diameter)} px` : '';
  return `${count(preview.objects, 'cell')} here${diameter} · ${duration(preview.seconds)}`;
}

/** What the model finds in a part of one image with the parameters as they are. */
export function PreviewPane(props: PaneProps): JSX.Element {
  const { client } = useApp();
  const { file } = props;
  const view = useLoaded(`view/${file.gridfs_id}`, (signal) =>
    client.json<FileView>(`/api/files/${file.gridfs_id}/view`, { signal }),
  );
  const [side, setSide] = useState(512);
  const [centre, setCentre] = useState({ file: file.gridfs_id, x: file.width / 2, y: file.height / 2 });
  const at = centre.file === file.gridfs_id ? centre : { x: file.width / 2, y: file.height / 2 };
  const region = useStable(regionAround(at.x, at.y, side, file.width, file.height));
  const outcome = usePreview(props, region);
  // Where all planes are run, the server previews the one in the middle.
  const slice = firstSlice(maskPlanes(props.start.params), Math.floor((file.depth ?? 1) / 2));
  const [hidden, setHidden] = useState(false);
  const whole = region.width === file.width && region.height === file.height;
  return (
    <section class="preview" aria-label="Preview">
      <header class="toolbar">
        <h2>Preview</h2>
        <span class="grow" />
        <div class="segmented" role="group" aria-label="Size of the preview">
          {SIDES.filter((one, index) => index === 0 || one <= Math.max(file.width, file.height) * 1.5).map((one) => (
            <button key={one} aria-pressed={side === one} onClick={() => setSide(one)}>
              {one} px
            </button>
          ))}
        </div>
        <button class="button small" aria-pressed={hidden} onClick={() => setHidden(!hidden)}>
          <Icon name="eye" />
          {hidden ? 'Show cells' : 'Hide cells'}
        </button>
      </header>
      <div class={`preview-stage${outcome.busy ? ' busy' : ''}`}>
        <div
          class="preview-fit"
          style={{ aspectRatio: `${region.width} / ${region.height}`, '--ratio': region.width / region.height }}>
          {view.value ? (
            <Pixels file={file} view={view.value} region={region} slice={slice} />
          ) : null}
          <div hidden={hidden} class="preview-layer">
            <Cells preview={outcome.preview} />
          </div>
        </div>
        {outcome.error || view.error ? (
          <p class="preview-error notice danger" role="alert">
            <Icon name="error" />
            {outcome.error || view.error}
          </p>
        ) : null}
        {props.blocked ? (
          <p class="preview-error notice warning" role="status">
            <Icon name="warning" />
            Mend the settings to see a preview.
          </p>
        ) : null}
        <span class="preview-outcome number" role="status">
          {outcomeText(outcome)}
        </span>
        {whole ? null : (
          <RegionMap file={file} region={region} onMove={(x, y) => setCentre({ file: file.gridfs_id, x, y })} />
        )}
      </div>
      <PlaneSliders file={file} params={props.start.params} onChange={props.onParams} />
      {outcome.preview?.warnings.map((warning) => (
        <p key={warning} class="notice warning">
          <Icon name="warning" />
          {warning}
        </p>
      ))}
      <ul class="preview-files" aria-label="Image of the preview">
        {props.files.slice(0, 60).map((one) => (
          <li key={one.gridfs_id}>
            <button
              aria-pressed={one.gridfs_id === file.gridfs_id}
              aria-label={one.filename}
              title={one.filename}
              onClick={() => props.onFile(one.gridfs_id)}>
              <Thumbnail fileId={one.gridfs_id} size={96} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The same object as long as it says the same. */
function useStable<T>(value: T): T {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
