import type { JSX } from 'preact';
import type { SourceFile } from '../api/types';
import { maskPlanes } from '../planes';
import { useId } from '../components/use_id';

interface PlaneSlidersProps {
  file: SourceFile;
  params: Record<string, unknown>;
  /** The parameters with another plane. */
  onChange: (params: Record<string, unknown>) => void;
}

interface AxisProps {
  label: string;
  count: number;
  /** From 1, as the parameter counts; undefined: not chosen. */
  value: number | undefined;
  onChange: (value: number) => void;
}

function Axis({ label, count, value, onChange }: AxisProps): JSX.Element {
  const id = useId();
  const text = value === undefined ? `not chosen, of ${count}` : `${value} of ${count}`;
  return (
    <div class="plane-slider">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={1}
        max={count}
        value={value ?? 1}
        aria-valuetext={text}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      <output for={id} class="number faint">
        {text}
      </output>
    </div>
  );
}

/** Which plane of a stack is run; of its depth only where the parameters do not take all planes. */
export function PlaneSliders({ file, params, onChange }: PlaneSlidersProps): JSX.Element | null {
  const { depth = 1, times = 1 } = file;
  const { z, t } = maskPlanes(params);
  const chosen = (params['plane'] ?? {}) as { z?: unknown; t?: unknown };
  const choosesDepth = depth > 1 && typeof z === 'number';
  if (!choosesDepth && times < 2) return null;
  const choose = (member: 'z' | 't', value: number): void =>
    onChange({ ...params, plane: { ...(params['plane'] as object | null), [member]: value } });
  return (
    <div class="plane-sliders" role="group" aria-label="Plane of the stack">
      {choosesDepth ? (
        <Axis label="Depth (z)" count={depth} value={chosen.z ? z + 1 : undefined} onChange={(value) => choose('z', value)} />
      ) : null}
      {times > 1 ? (
        <Axis label="Time (t)" count={times} value={chosen.t ? t + 1 : undefined} onChange={(value) => choose('t', value)} />
      ) : null}
    </div>
  );
}
