import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ParamSchema } from '../api/types';
import type { FieldAttributes } from '../components/field';
import { kindOf, readNumber, readRange, same, valueText, type Typed } from './schema';

export interface ControlProps {
  schema: ParamSchema;
  /** undefined: not set, the default holds. */
  value: unknown;
  attributes: FieldAttributes;
  onTyped: (typed: Typed) => void;
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Text that follows the value from outside, but not while it is typed to what the value already is. */
function useDraft(value: unknown, read: (text: string) => Typed): [string, (text: string) => void] {
  const [text, setText] = useState(textOf(value));
  useEffect(() => {
    const typed = read(text);
    const now = 'value' in typed ? typed.value : undefined;
    if (!same(now ?? null, value ?? null) && !('error' in typed && value === undefined)) setText(textOf(value));
  }, [value]);
  return [text, setText];
}

export function NumberControl({ schema, value, attributes, onTyped }: ControlProps): JSX.Element {
  const read = (text: string): Typed => readNumber(text, schema);
  const [text, setText] = useDraft(value, read);
  return (
    <input
      {...attributes}
      class="input number"
      inputMode="decimal"
      autocomplete="off"
      value={text}
      placeholder={valueText(schema.default)}
      onInput={(event) => {
        setText(event.currentTarget.value);
        onTyped(read(event.currentTarget.value));
      }}
    />
  );
}

export function RangeControl({ schema, value, attributes, onTyped }: ControlProps): JSX.Element {
  const pair = Array.isArray(value) ? value : [];
  const fallback = Array.isArray(schema.default) ? schema.default : [];
  const [ends, setEnds] = useState([textOf(pair[0]), textOf(pair[1])] as const);
  useEffect(() => {
    if (value === undefined && 'value' in readRange(ends[0], ends[1], schema)) setEnds(['', '']);
  }, [value]);
  const change = (low: string, high: string): void => {
    setEnds([low, high]);
    onTyped(readRange(low, high, schema));
  };
  return (
    <div class="pair">
      <input
        {...attributes}
        class="input number"
        inputMode="decimal"
        autocomplete="off"
        value={ends[0]}
        placeholder={valueText(fallback[0])}
        onInput={(event) => change(event.currentTarget.value, ends[1])}
      />
      <span class="faint">to</span>
      <input
        class="input number"
        inputMode="decimal"
        autocomplete="off"
        aria-label="High end"
        value={ends[1]}
        placeholder={valueText(fallback[1])}
        onInput={(event) => change(ends[0], event.currentTarget.value)}
      />
    </div>
  );
}

export function ChoiceControl({ schema, value, attributes, onTyped }: ControlProps): JSX.Element {
  const kind = kindOf(schema);
  const choices = kind.kind === 'choice' ? kind.choices : [];
  const real = (text: string): unknown => schema.enum?.find((one) => String(one) === text) ?? text;
  return (
    <select
      {...attributes}
      class="select"
      value={textOf(value ?? schema.default)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        onTyped(text === '' ? { empty: true } : { value: real(text) });
      }}>
      {kind.kind === 'choice' && kind.nullable ? <option value="">not set</option> : null}
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}

/** Any number of choices, at least one, as buttons that stay pressed. */
export function ChoicesControl({ schema, value, attributes, onTyped }: ControlProps): JSX.Element {
  const kind = kindOf(schema);
  const choices = kind.kind === 'choices' ? kind.choices : [];
  const chosen = (value ?? schema.default ?? []) as string[];
  const toggle = (choice: string): void => {
    const now = choices.filter((one) => (one === choice) !== chosen.includes(one));
    onTyped(now.length ? { value: now } : { error: 'Choose at least one.' });
  };
  return (
    <div class="chips" role="group" {...attributes}>
      {choices.map((choice) => (
        <button
          key={choice}
          type="button"
          class="chip"
          aria-pressed={chosen.includes(choice)}
          onClick={() => toggle(choice)}>
          {choice.replaceAll('_', ' ')}
        </button>
      ))}
    </div>
  );
}

/** One select a channel, with the names that the dataset's files give. */
export function ChannelsControl(props: ControlProps & { channelNames: string[]; roles: string[] }): JSX.Element {
  const { schema, value, attributes, onTyped, channelNames, roles } = props;
  const now = (value ?? schema.default ?? []) as unknown[];
  const count = Math.max(3, channelNames.length);
  const choose = (at: number, text: string): void => {
    onTyped({ value: now.map((old, index) => (index === at ? Number(text) : old)) });
  };
  return (
    <div class="channels" role="group" {...attributes}>
      {now.map((channel, index) => (
        <label key={index}>
          <span class="faint">{roles[index] ?? `Channel ${index + 1}`}</span>
          <select
            class="select"
            value={String(channel ?? 0)}
            onChange={(event) => choose(index, event.currentTarget.value)}>
            <option value="0">{index === 0 ? 'Mean of all' : 'None'}</option>
            {Array.from({ length: count }, (_, at) => (
              <option key={at} value={at + 1}>
                {channelNames[at] ? `${at + 1} · ${channelNames[at]}` : `Channel ${at + 1}`}
              </option>
            ))}
            {typeof channel === 'string' ? <option value={channel}>{channel}</option> : null}
          </select>
        </label>
      ))}
    </div>
  );
}

export function TextControl({ schema, value, attributes, onTyped }: ControlProps): JSX.Element {
  const isJson = kindOf(schema).kind === 'json';
  const read = (text: string): Typed => {
    if (text.trim() === '') return { empty: true };
    if (!isJson) return { value: text };
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return typesInclude(schema, 'string')
        ? { value: text }
        : { error: 'This is not JSON: a number, "text", [a, list] or null.' };
    }
  };
  const [text, setText] = useDraft(isJson && value !== undefined ? JSON.stringify(value) : value, read);
  return (
    <input
      {...attributes}
      class="input"
      autocomplete="off"
      spellcheck={false}
      value={text}
      placeholder={valueText(schema.default)}
      onInput={(event) => {
        setText(event.currentTarget.value);
        onTyped(read(event.currentTarget.value));
      }}
    />
  );
}

function typesInclude(schema: ParamSchema, type: string): boolean {
  return Array.isArray(schema.type) ? schema.type.includes(type) : schema.type === type;
}

interface SwitchProps {
  label: ComponentChildren;
  help: string;
  error: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function SwitchControl({ label, help, error, checked, onChange }: SwitchProps): JSX.Element {
  return (
    <label class="switch">
      <input
        type="checkbox"
        class="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        <span class="switch-label">{label}</span>
        {help ? <span class="help">{help}</span> : null}
        {error ? (
          <span class="error-text" role="alert">
            {error}
          </span>
        ) : null}
      </span>
    </label>
  );
}
