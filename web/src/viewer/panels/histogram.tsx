// A histogram with two limits to drag.

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { barHeights } from '../contrast';
import { shortNumber } from '../names';

interface HistogramProps {
  /** What is counted, for the names of the limits. */
  label: string;
  counts: ArrayLike<number>;
  /** What the first and the last bar stand at. */
  range: [number, number];
  value: [number, number];
  onChange: (value: [number, number]) => void;
  color?: string;
  whole?: boolean;
}

/** Bars over a range; the limits are sliders, and a drag beside them begins new ones. */
export function Histogram(props: HistogramProps): JSX.Element {
  const {
    counts,
    range: [low, high],
    value,
    onChange,
    label,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const moving = useRef<{ end: 0 | 1 } | null>(null);
  const share = (x: number) => (high > low ? Math.min(1, Math.max(0, (x - low) / (high - low))) : 0);
  const [from, to] = [share(value[0]), share(value[1])];
  const snap = (x: number) => (props.whole ? Math.round(x) : x);
  const set = (end: 0 | 1, x: number): void => {
    const to_ = snap(Math.min(high, Math.max(low, x)));
    onChange(end === 0 ? [Math.min(to_, value[1]), value[1]] : [value[0], Math.max(to_, value[0])]);
  };
  const at = (event: PointerEvent): number => {
    const { left, width } = box.current!.getBoundingClientRect();
    return low + ((event.clientX - left) / (width || 1)) * (high - low);
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const x = at(event);
    const end = Math.abs(x - value[0]) < Math.abs(x - value[1]) || x < value[0] ? 0 : 1;
    moving.current = { end };
    box.current!.setPointerCapture(event.pointerId);
    box.current!.querySelectorAll<HTMLElement>('[role="slider"]')[end]?.focus();
    event.preventDefault();
    set(end, x);
  };
  const key =
    (end: 0 | 1) =>
    (event: KeyboardEvent): void => {
      const step = Math.max(props.whole ? 1 : 0, ((high - low) / 100) * (event.shiftKey ? 10 : 1));
      const to_ = {
        ArrowLeft: value[end] - step,
        ArrowDown: value[end] - step,
        ArrowRight: value[end] + step,
        ArrowUp: value[end] + step,
        Home: low,
        End: high,
      }[event.key];
      if (to_ === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      set(end, to_);
    };
  const handle = (end: 0 | 1): JSX.Element => (
    <div
      class="vw-handle"
      role="slider"
      tabIndex={0}
      aria-label={`${label}, ${end === 0 ? 'lower' : 'upper'} limit`}
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={value[end]}
      aria-valuetext={shortNumber(value[end])}
      style={{ left: `${(end === 0 ? from : to) * 100}%` }}
      onKeyDown={key(end)}
    />
  );
  return (
    <div
      class="vw-histogram"
      ref={box}
      onPointerDown={press}
      onPointerMove={(event) => moving.current && set(moving.current.end, at(event))}
      onPointerUp={() => (moving.current = null)}
      onPointerCancel={() => (moving.current = null)}
    >
      <Bars counts={counts} from={from} to={to} {...(props.color ? { color: props.color } : {})} />
      {handle(0)}
      {handle(1)}
    </div>
  );
}

function Bars({
  counts,
  from,
  to,
  color,
}: {
  counts: ArrayLike<number>;
  from: number;
  to: number;
  color?: string;
}): JSX.Element {
  const heights = barHeights(counts);
  const path = (first: number, last: number): string =>
    heights
      .map((height, i) => {
        const middle = (i + 0.5) / heights.length;
        return middle >= first && middle <= last && height > 0
          ? `M${i} 100v-${(2 + 98 * height).toFixed(1)}h.86V100z`
          : '';
      })
      .join('');
  return (
    <svg viewBox={`0 0 ${heights.length} 100`} preserveAspectRatio="none" aria-hidden="true">
      <path class="vw-bars-out" d={path(0, from) + path(to, 1)} />
      <path class="vw-bars-in" d={path(from, to)} {...(color ? { style: { fill: color } } : {})} />
    </svg>
  );
}

interface LimitsProps {
  label: string;
  value: [number, number];
  onChange: (value: [number, number]) => void;
}

/** The same two limits as numbers to type. */
export function Limits({ label, value, onChange }: LimitsProps): JSX.Element {
  const input = (end: 0 | 1): JSX.Element => (
    <input
      class="input vw-number"
      type="number"
      step="any"
      aria-label={`${label}, ${end === 0 ? 'from' : 'to'}`}
      value={String(Number(value[end].toPrecision(5)))}
      onChange={(event) => {
        const typed = event.currentTarget.valueAsNumber;
        if (Number.isNaN(typed)) return;
        onChange(end === 0 ? [typed, Math.max(typed, value[1])] : [Math.min(value[0], typed), typed]);
      }}
    />
  );
  return (
    <div class="vw-limits">
      {input(0)}
      <span class="faint" aria-hidden="true">
        to
      </span>
      {input(1)}
    </div>
  );
}
