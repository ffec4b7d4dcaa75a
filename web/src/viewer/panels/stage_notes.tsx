// What stands on the picture: scale bar, the pixel and the cell under the pointer, messages.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../components/icons';
import { scaleBar } from '../geometry';
import type { Model } from '../model';
import { columnName, mainColumns, shortNumber } from '../names';
import type { PointerNote, Stages } from '../stages';

/** What the left side of a comparison shows. */
export function sourceName(model: Model): string {
  const { source } = model.state.value;
  const correction = model.corrections.value.find(({ gridfs_id: id }) => id === source);
  return correction ? `Correction, version ${correction.version}` : 'This run';
}

export function ScaleBar({ model }: { model: Model }): JSX.Element | null {
  const size = model.image.value?.view.pixel_size_um;
  const camera = model.camera.value;
  if (!size || !camera) return null;
  const { pixels, text } = scaleBar(size.x / camera.scale, 140);
  return (
    <div class="vw-scalebar number" role="img" aria-label={`Scale bar: ${text}`}>
      <span style={{ width: `${pixels}px` }} />
      {text}
    </div>
  );
}

export function Readout({
  model,
  stages,
  note,
}: {
  model: Model;
  stages: Stages;
  note: PointerNote | null;
}): JSX.Element | null {
  const view = model.image.value?.view;
  if (!note || !view) return null;
  const [x, y] = [Math.floor(note.point.x), Math.floor(note.point.y)];
  if (x < 0 || y < 0 || x >= view.width || y >= view.height) return null;
  const samples = stages.main?.stage.pictures.samples(x, y) ?? [];
  const known = samples.every((sample) => sample !== undefined);
  const shown = view.channels.filter((_, channel) => model.look.value.channels[channel]?.visible);
  const values = shown.map(({ minimum, maximum }, n) =>
    view.stretched === true ? shortNumber(minimum + ((samples[n] ?? 0) * (maximum - minimum)) / 65535) : samples[n],
  );
  return (
    <div class="vw-readout number" aria-hidden="true">
      {x}, {y}
      {known ? <span>{values.join(' · ')}</span> : null}
    </div>
  );
}

export function Tooltip({ model, note }: { model: Model; note: PointerNote | null }): JSX.Element | null {
  const cells = model.cells.value;
  const label = model.hovered.value;
  if (!note || label <= 0 || model.tool.value !== 'select') return null;
  const columns = cells ? mainColumns(cells.measurements).slice(0, 5) : [];
  const { x, y } = note;
  const flip = x > note.width - 220;
  const rise = y > note.height - 150;
  return (
    <div
      class="vw-tip"
      aria-hidden="true"
      style={{
        transform:
          `translate(${x + (flip ? -14 : 14)}px, ${y + (rise ? -12 : 14)}px) ` +
          `translate(${flip ? '-100%' : '0'}, ${rise ? '-100%' : '0'})`,
      }}
    >
      <strong>Cell {label}</strong>
      <dl class="number">
        {columns.map((column) => (
          <div key={column}>
            <dt>{columnName(column, model.channelNames)}</dt>
            <dd>{shortNumber(cells!.value(label, column))}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const NOTICE_MS = 8000;

/** What went wrong, and what was done: said once, above the picture. */
export function Messages({ model }: { model: Model }): JSX.Element {
  const problem = model.problem.value;
  const notice = model.notice.value;
  useEffect(() => {
    const timer = window.setTimeout(() => (model.notice.value = ''), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);
  return (
    <div class="vw-messages">
      {problem ? (
        <div class="notice danger" role="alert">
          <span>{problem}</span>
          <button class="button ghost icon small" aria-label="Close" onClick={() => (model.problem.value = '')}>
            <Icon name="close" />
          </button>
        </div>
      ) : null}
      <div role="status">
        {notice ? (
          <div class="notice">
            <span>{notice}</span>
            <button class="button ghost icon small" aria-label="Close" onClick={() => (model.notice.value = '')}>
              <Icon name="close" />
            </button>
          </div>
        ) : null}
      </div>
    </div>
  );
}
