import type { JSX } from 'preact';
import { useId } from '../../components/use_id';

interface SliderProps {
  label: string;
  /** The value as it is shown. */
  text: string;
  value: number;
  min: number;
  max: number;
  step: number;
  compact?: boolean;
  onChange: (value: number) => void;
}

/** A range with its name and value. */
export function Slider({ label, text, value, min, max, step, compact, onChange }: SliderProps): JSX.Element {
  const id = useId();
  return (
    <div class={`vw-slider${compact ? ' compact' : ''}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      <output for={id} class="number faint">
        {text}
      </output>
    </div>
  );
}
