// The bar over the image: masks, comparison, zoom and help.

import type { JSX } from 'preact';
import type { Model } from '../model';
import { correctionId } from '../rivals';
import type { Stages } from '../stages';
import { ToolIcon } from './tool_icons';

export function Toolbar({ model, stages }: { model: Model; stages: Stages }): JSX.Element {
  const masks = model.masks.value;
  const set = (members: Partial<typeof masks>) => model.change({ masks: { ...masks, ...members } });
  return (
    <div class="vw-bar" role="toolbar" aria-label="View">
      <label class="vw-check">
        <input
          type="checkbox"
          class="checkbox"
          checked={masks.visible}
          aria-keyshortcuts="M"
          onChange={(event) => set({ visible: event.currentTarget.checked })}
        />
        Masks
      </label>
      <div class="vw-segments" role="radiogroup" aria-label="Masks as">
        {(['outline', 'fill'] as const).map((mode) => (
          <button
            key={mode}
            role="radio"
            aria-checked={masks.mode === mode}
            disabled={!masks.visible}
            onClick={() => set({ mode })}
          >
            {mode === 'fill' ? 'Fill' : 'Outline'}
          </button>
        ))}
      </div>
      <input
        class="vw-opacity"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={masks.opacity}
        aria-label="Opacity of the masks"
        aria-valuetext={`${Math.round(masks.opacity * 100)} %`}
        title="Opacity of the masks"
        disabled={!masks.visible}
        onInput={(event) => set({ opacity: event.currentTarget.valueAsNumber })}
      />
      <CompareChoice model={model} />
      <span class="vw-space" />
      <div class="vw-zoom">
        <Button name="minus" label="Zoom out (−)" onClick={() => stages.main?.stage.zoomBy(1 / 1.5)} />
        <button
          class="button ghost small number vw-scale-text"
          title="Show at 100 %"
          aria-label={`Zoom ${zoomText(model)}; press for 100 %`}
          onClick={() => stages.actualSize()}
        >
          {zoomText(model)}
        </button>
        <Button name="plus" label="Zoom in (+)" onClick={() => stages.main?.stage.zoomBy(1.5)} />
        <Button name="fit" label="Fit the image (0)" onClick={() => stages.main?.stage.home()} />
      </div>
      <Button name="help" label="Keys and help (?)" onClick={() => (model.help.value = true)} />
    </div>
  );
}

function zoomText(model: Model): string {
  const scale = (model.camera.value?.scale ?? 1) * 100;
  return `${scale >= 10 ? Math.round(scale) : Number(scale.toFixed(1))} %`;
}

function Button({
  name,
  label,
  onClick,
}: {
  name: Parameters<typeof ToolIcon>[0]['name'];
  label: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button class="button ghost icon small" aria-label={label} title={label} onClick={onClick}>
      <ToolIcon name={name} />
    </button>
  );
}

function CompareChoice({ model }: { model: Model }): JSX.Element | null {
  const { compare, source } = model.state.value;
  const corrections = model.corrections.value.filter(({ gridfs_id: id }) => id !== source);
  const rivals = model.rivals.value;
  const known =
    compare === '' ||
    compare === model.inference._id ||
    rivals.some(({ id }) => id === compare) ||
    corrections.some(({ gridfs_id: id }) => compare === correctionId(id));
  if (rivals.length === 0 && model.corrections.value.length === 0 && !compare) return null;
  return (
    <select
      class="select vw-compare"
      aria-label="Compare with"
      value={compare}
      onChange={(event) => model.change({ compare: event.currentTarget.value })}
    >
      <option value="">Compare with…</option>
      {known ? null : <option value={compare}>Another run</option>}
      {source ? <option value={model.inference._id}>The machine's mask</option> : null}
      {corrections.map(({ gridfs_id: id, version }) => (
        <option key={id} value={correctionId(id)}>
          Correction, version {version}
        </option>
      ))}
      {rivals.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  );
}
