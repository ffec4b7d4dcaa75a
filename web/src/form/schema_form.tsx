import type { JSX } from 'preact';
import type { ParamSchema } from '../api/types';
import { Field } from '../components/field';
import {
  ChannelsControl,
  ChoiceControl,
  ChoicesControl,
  NumberControl,
  RangeControl,
  SwitchControl,
  TextControl,
} from './controls';
import { kindOf, labelOf, limitsText, same, splitFields, type Typed } from './schema';

export type Params = Record<string, unknown>;
export type Errors = Record<string, string>;

interface FormProps {
  properties: Record<string, ParamSchema>;
  /** What differs from the defaults. */
  params: Params;
  /** By path, such as `params.normalize.percentile`. */
  errors: Errors;
  channelNames: string[];
  onChange: (params: Params) => void;
  onError: (path: string, message: string) => void;
  /** Names of parameters to show before others. */
  first?: string[];
}

/** A form for the parameters of any model, made from its JSON Schema. Errors stand at the control that they belong to. */
export function SchemaForm(props: FormProps): JSX.Element {
  const names = Object.keys(props.properties);
  const { common, more } = splitFields(names, props.first);
  const changed = more.filter((name) => name in props.params || errorUnder(props.errors, `params.${name}`)).length;
  return (
    <div class="form">
      <Fields {...props} names={common} path="params" />
      {more.length ? (
        <details class="more" open={more.some((name) => errorUnder(props.errors, `params.${name}`))}>
          <summary>More settings{changed ? <span class="badge">{changed} changed</span> : null}</summary>
          <div class="form">
            <Fields {...props} names={more} path="params" />
          </div>
        </details>
      ) : null}
    </div>
  );
}

function errorUnder(errors: Errors, path: string): boolean {
  return Object.entries(errors).some(([at, text]) => text !== '' && (at === path || at.startsWith(`${path}.`)));
}

interface FieldsProps extends FormProps {
  names: string[];
  path: string;
}

function Fields(props: FieldsProps): JSX.Element {
  return (
    <>
      {props.names.map((name) => (
        <OneField key={name} {...props} name={name} />
      ))}
    </>
  );
}

/** The help of a parameter: what it does, its limits, its default. */
function helpOf(schema: ParamSchema): string {
  const limits = limitsText(schema);
  const parts = [(schema.description ?? '').replace(/^\[[^\]]*\]: /, '')];
  if (limits) parts.push(limits.charAt(0).toUpperCase() + limits.slice(1));
  return parts
    .filter(Boolean)
    .map((part) => part.replace(/\.?$/, '.'))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}

function OneField(props: FieldsProps & { name: string }): JSX.Element | null {
  const { name, properties, params, errors, path } = props;
  const schema = properties[name];
  if (!schema) return null;
  const at = `${path}.${name}`;
  const kind = kindOf(schema);
  const error = errors[at] ?? '';
  const value = params[name];
  const take = (typed: Typed): void => {
    props.onError(at, 'error' in typed ? typed.error : '');
    if ('error' in typed) return;
    const { [name]: _, ...others } = params;
    const isDefault = 'empty' in typed || same(typed.value, schema.default);
    props.onChange(isDefault ? others : { ...others, [name]: typed.value });
  };
  const label = labelOf(name, schema);
  if (kind.kind === 'switch') {
    const checked = Boolean(value ?? schema.default);
    return (
      <SwitchControl
        label={label}
        help={helpOf(schema)}
        error={error}
        checked={checked}
        onChange={(on) => take({ value: on })}
      />
    );
  }
  if (kind.kind === 'group') return <Group {...props} schema={schema} at={at} take={take} />;
  return (
    <Field label={label} unit={schema['x-unit'] ?? ''} help={helpOf(schema)} error={error}>
      {(attributes) => {
        const control = { schema, value, attributes, onTyped: take };
        switch (kind.kind) {
          case 'number':
            return <NumberControl {...control} />;
          case 'range':
            return <RangeControl {...control} />;
          case 'choice':
            return <ChoiceControl {...control} />;
          case 'choices':
            return <ChoicesControl {...control} />;
          case 'channels':
            return <ChannelsControl {...control} channelNames={props.channelNames} roles={rolesOf(schema)} />;
          default:
            return <TextControl {...control} />;
        }
      }}
    </Field>
  );
}

/** "[cells, nuclei]: ..." names what the entries of a list are. */
function rolesOf(schema: ParamSchema): string[] {
  const names = /^\[([^\]]+)\]/.exec(schema.description ?? '')?.[1] ?? '';
  return names
    .split(',')
    .map((name) => name.trim())
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1));
}

interface GroupProps extends FieldsProps {
  name: string;
  schema: ParamSchema;
  at: string;
  take: (typed: Typed) => void;
}

/** A parameter that is on, off, or an object of parameters of its own. */
function Group(props: GroupProps): JSX.Element {
  const { name, schema, at, params, take, errors } = props;
  const kind = kindOf(schema);
  const inner = kind.kind === 'group' ? kind.properties : {};
  const alone = kind.kind === 'group' && kind.alone;
  const value = params[name] ?? schema.default;
  const on = value !== false;
  const members = typeof value === 'object' && value !== null ? (value as Params) : {};
  const change = (next: Params): void => take(Object.keys(next).length ? { value: next } : { empty: true });
  const label = labelOf(name, schema);
  const names = Object.keys(inner);
  return (
    <div class="group">
      {alone ? (
        <div class="field">
          <span class="label">{label}</span>
          <p class="help">{helpOf(schema)}</p>
          {errors[at] ? (
            <p class="error" role="alert">
              {errors[at]}
            </p>
          ) : null}
        </div>
      ) : (
        <SwitchControl
          label={label}
          help={helpOf(schema)}
          error={errors[at] ?? ''}
          checked={on}
          onChange={(checked) => take({ value: checked })}
        />
      )}
      {on ? (
        <details class={`more${alone ? '' : ' inner'}`} open={errorUnder(errors, at)}>
          <summary>
            {alone ? 'Choose' : `${label}: how`}
            <span class="faint">
              {Object.keys(members).length ? `${Object.keys(members).length} changed` : 'default'}
            </span>
          </summary>
          <div class="form">
            <Fields {...props} properties={inner} params={members} onChange={change} names={names} path={at} />
          </div>
        </details>
      ) : null}
    </div>
  );
}
