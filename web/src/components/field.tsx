import type { ComponentChildren, JSX } from 'preact';
import { useId } from './use_id';

interface FieldProps {
  label: string;
  unit?: string;
  help?: string;
  error?: string;
  /** Gets the attributes that tie the control to its label, help and error. */
  children: (attributes: FieldAttributes) => ComponentChildren;
}

export interface FieldAttributes {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: 'true';
}

/** A labelled control with its help, or its error, below it. */
export function Field({ label, unit = '', help = '', error = '', children }: FieldProps): JSX.Element {
  const id = useId();
  const note = `${id}-note`;
  const attributes: FieldAttributes = { id };
  if (help || error) attributes['aria-describedby'] = note;
  if (error) attributes['aria-invalid'] = 'true';
  return (
    <div class="field">
      <label for={id}>
        {label} {unit ? <span class="unit">{unit}</span> : null}
      </label>
      {children(attributes)}
      {error ? (
        <p id={note} class="error" role="alert">
          {error}
        </p>
      ) : help ? (
        <p id={note} class="help">
          {help}
        </p>
      ) : null}
    </div>
  );
}
