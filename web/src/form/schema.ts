import type { ParamSchema } from '../api/types';
import { decimal } from '../format';

/** A parameter as a control: what its JSON Schema means for a person. */
export type FieldKind =
  | {
      kind: 'number';
      whole: boolean;
      nullable: boolean;
      minimum: number | null;
      maximum: number | null;
      zeroAllowed: boolean;
      multipleOf: number | null;
    }
  | { kind: 'switch' }
  | { kind: 'choice'; choices: string[]; nullable: boolean }
  | { kind: 'choices'; choices: string[] }
  | { kind: 'range'; nullable: boolean; minimum: number | null; maximum: number | null }
  | { kind: 'channels'; length: number }
  | { kind: 'group'; properties: Record<string, ParamSchema>; alone: boolean }
  | { kind: 'text'; nullable: boolean }
  | { kind: 'json' };

function typesOf(schema: ParamSchema): string[] {
  if (Array.isArray(schema.type)) return schema.type;
  return schema.type ? [schema.type] : [];
}

function numberKind(schema: ParamSchema, types: string[]): FieldKind {
  const limits = schema.anyOf?.find((part) => part.const === undefined) ?? schema;
  return {
    kind: 'number',
    whole: types.includes('integer'),
    nullable: types.includes('null'),
    minimum: limits.minimum ?? null,
    maximum: limits.maximum ?? null,
    zeroAllowed: schema.anyOf?.some((part) => part.const === 0) ?? false,
    multipleOf: limits.multipleOf ?? null,
  };
}

function isPair(schema: ParamSchema | undefined): schema is ParamSchema {
  return (
    !!schema &&
    typesOf(schema).includes('array') &&
    schema.minItems === 2 &&
    schema.maxItems === 2 &&
    typesOf(schema.items ?? {}).some((type) => type === 'number' || type === 'integer')
  );
}

function rangeKind(pair: ParamSchema, nullable: boolean): FieldKind {
  return { kind: 'range', nullable, minimum: pair.items?.minimum ?? null, maximum: pair.items?.maximum ?? null };
}

/** What is not known by its form is edited as JSON. */
export function kindOf(schema: ParamSchema): FieldKind {
  const types = typesOf(schema);
  if (schema.oneOf) {
    const nullable = schema.oneOf.some((part) => typesOf(part).includes('null'));
    const object = schema.oneOf.find((part) => part.properties);
    if (object?.properties && schema.oneOf.some((part) => part.type === 'boolean')) {
      return { kind: 'group', properties: object.properties, alone: false };
    }
    const pair = schema.oneOf.find(isPair);
    return pair ? rangeKind(pair, nullable) : { kind: 'json' };
  }
  if (schema.properties) return { kind: 'group', properties: schema.properties, alone: true };
  const nullable = types.includes('null');
  if (schema.enum) return { kind: 'choice', choices: schema.enum.filter((one) => one !== null).map(String), nullable };
  if (types.includes('array')) {
    const items = schema.items ?? {};
    if (items.enum) return { kind: 'choices', choices: items.enum.map(String) };
    if (typesOf(items).includes('string') && schema.minItems === schema.maxItems && schema.minItems) {
      return { kind: 'channels', length: schema.minItems };
    }
    return isPair(schema) ? rangeKind(schema, nullable) : { kind: 'json' };
  }
  const one = types.filter((type) => type !== 'null');
  if (one.length !== 1) return { kind: 'json' };
  if (one[0] === 'boolean') return nullable ? { kind: 'json' } : { kind: 'switch' };
  if (one[0] === 'number' || one[0] === 'integer') return numberKind(schema, types);
  return one[0] === 'string' ? { kind: 'text', nullable } : { kind: 'json' };
}

/** `cellprob_threshold` as a person writes it. */
export function labelOf(name: string, schema: ParamSchema): string {
  if (schema.title) return schema.title;
  const known: Record<string, string> = {
    cellprob_threshold: 'Cell probability threshold',
    niter: 'Steps along the flows',
    bsize: 'Tile size',
    diameter_um: 'Diameter',
    min_size: 'Smallest mask',
    interp: 'Interpolate flows',
    lowhigh: 'Low and high',
    max_size_fraction: 'Largest share of the image',
    plane: 'Plane of a stack',
    z: schema.enum ? 'Planes in depth' : 'Depth (z)',
    t: 'Time (t)',
    z_project: 'Projection of planes',
  };
  const words = name.replaceAll('_', ' ');
  return known[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A default or another value as text: "automatic" for null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'automatic';
  if (typeof value === 'number') return decimal(value, 6);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(valueText).join(' – ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "1 to 10,000, or 0"; '' without limits. */
export function limitsText(schema: ParamSchema): string {
  const kind = kindOf(schema);
  if (kind.kind !== 'number' && kind.kind !== 'range') return '';
  const { minimum, maximum } = kind;
  let text = '';
  if (minimum !== null && maximum !== null) text = `${decimal(minimum, 3)} to ${decimal(maximum, 3)}`;
  else if (minimum !== null) text = `at least ${decimal(minimum, 3)}`;
  else if (maximum !== null) text = `at most ${decimal(maximum, 3)}`;
  if (kind.kind === 'number' && kind.zeroAllowed) text += text ? ', or 0' : '';
  if (kind.kind === 'number' && kind.multipleOf) text += `${text ? ', ' : ''}a multiple of ${kind.multipleOf}`;
  return text;
}

/** What somebody typed: a value, nothing (the default is meant), or why it is none. */
export type Typed = { value: unknown } | { empty: true } | { error: string };

/** Reads a number; "1,5" is one too. */
export function readNumber(text: string, schema: ParamSchema): Typed {
  const kind = kindOf(schema);
  const plain = text.trim().replace(/^(-?\d+),(\d+)$/, '$1.$2');
  if (plain === '') return { empty: true };
  const value = Number(plain);
  if (kind.kind !== 'number' || !Number.isFinite(value)) return { error: 'This is not a number.' };
  if (kind.zeroAllowed && value === 0) return { value };
  if (kind.whole && !Number.isInteger(value)) return { error: 'This must be a whole number.' };
  const tooSmall = kind.minimum !== null && value < kind.minimum;
  const tooLarge = kind.maximum !== null && value > kind.maximum;
  if (tooSmall || tooLarge) return { error: `This must be ${limitsText(schema)}.` };
  if (kind.multipleOf && value % kind.multipleOf !== 0)
    return { error: `This must be a multiple of ${kind.multipleOf}.` };
  return { value };
}

/** Reads the two ends of a range. */
export function readRange(low: string, high: string, schema: ParamSchema): Typed {
  if (low.trim() === '' && high.trim() === '') return { empty: true };
  const kind = kindOf(schema);
  if (kind.kind !== 'range') return { error: 'This is not a range.' };
  const bounds: ParamSchema = { type: 'number' };
  if (kind.minimum !== null) bounds.minimum = kind.minimum;
  if (kind.maximum !== null) bounds.maximum = kind.maximum;
  const ends = [readNumber(low, bounds), readNumber(high, bounds)];
  const wrong = ends.find((end) => 'error' in end);
  if (wrong) return wrong;
  const values = ends.map((end) => ('value' in end ? (end.value as number) : NaN));
  if (values.some(Number.isNaN)) return { error: 'Give both ends, or none.' };
  return values[0]! < values[1]! ? { value: values } : { error: 'The low end must be below the high one.' };
}

/** Whether two values of parameters say the same. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Names that most people want to see; the others are behind "More settings". */
const COMMON = ['diameter', 'channels', 'cellprob_threshold', 'flow_threshold', 'min_size', 'invert'];

/** Of a stack they have to be set, before anything else is seen. */
export const OF_STACKS = ['plane', 'z_project', 'z'];

/** The parameters to show at once, `first` before others, and those behind a click. */
export function splitFields(names: string[], first: string[] = []): { common: string[]; more: string[] } {
  const common = COMMON.filter((name) => names.includes(name));
  const known = common.length >= 2 ? common : names.slice(0, 6);
  const shown = [...new Set([...first.filter((name) => names.includes(name)), ...known])];
  return { common: shown, more: names.filter((name) => !shown.includes(name)) };
}
