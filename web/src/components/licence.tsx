import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { getModel } from '../api/calls';
import type { Model } from '../api/types';
import { useApp } from '../app/context';
import { useLoaded } from '../app/use_loaded';
import { Dialog } from './dialog';
import { LoadError, Skeleton } from './states';

/** The name of a model's licence, which opens its text. */
export function Licence({ model }: { model: Model }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="text-button"
        aria-label={`${model.license}: read the licence of ${model.name}`}
        title="Read the licence"
        onClick={() => setOpen(true)}>
        {model.license || 'Licence'}
      </button>
      {open ? <LicenceDialog model={model} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function LicenceDialog({ model, onClose }: { model: Model; onClose: () => void }): JSX.Element {
  const { client } = useApp();
  const { value, error, reload } = useLoaded(`licence/${model._id}`, (signal) =>
    getModel(client, model._id, { signal }),
  );
  return (
    <Dialog title={`Licence of ${model.name}: ${model.license}`} onClose={onClose} wide>
      {error && !value ? <LoadError message={error} retry={reload} /> : null}
      {!value && !error ? <Skeleton rows={1} height={240} /> : null}
      {value?.license_text ? (
        <pre class="code licence-text" tabIndex={0} aria-label="Text of the licence">
          {value.license_text}
        </pre>
      ) : null}
      {value && !value.license_text ? <p class="muted">The model came without the text of its licence.</p> : null}
    </Dialog>
  );
}
