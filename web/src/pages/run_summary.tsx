import type { JSX } from 'preact';
import type { Inference } from '../api/types';
import { Icon } from '../components/icons';
import { adviceFor } from '../components/status';
import { decimal, elapsed, whole } from '../format';
import { href } from '../router';

/** Why a run failed, and what to do. */
export function Failure({ inference, onRetry }: { inference: Inference; onRetry: () => void }): JSX.Element {
  const cancelled = inference.error?.code === 'cancelled';
  return (
    <section class={`notice ${cancelled ? 'warning' : 'danger'} failure`} role="alert">
      <Icon name={cancelled ? 'warning' : 'error'} />
      <div class="grow">
        <strong>{cancelled ? 'The run was cancelled' : 'The run failed'}</strong>
        <p>{inference.error?.detail || inference.notes || 'The server gives no reason.'}</p>
        <p class="muted">{adviceFor(inference.error)}</p>
      </div>
      <button class="button" onClick={onRetry}>
        <Icon name="retry" />
        Retry
      </button>
      <a
        class="button"
        href={href(
          { name: 'run', id: inference.dataset_id },
          { model: inference.model_id, params: JSON.stringify(inference.params) },
        )}>
        Change settings
      </a>
    </section>
  );
}

/** What a run found, in five numbers. */
export function Summary({ inference }: { inference: Inference }): JSX.Element {
  const done = inference.results.filter((result) => result.status === 'completed');
  const cells = done.reduce((sum, result) => sum + result.objects, 0);
  const diameters = done
    .filter((result) => result.objects > 0)
    .map((result) => result.diameter)
    .sort((a, b) => a - b);
  const warned = inference.results.filter((result) => result.warnings.length > 0).length;
  const facts: [string, string, string][] = [
    ['Cells', whole(cells), done.length ? `${decimal(cells / done.length, 0)} an image` : ''],
    [
      'Images',
      whole(done.length),
      done.length < inference.results.length ? `${inference.results.length - done.length} failed` : '',
    ],
    ['Median diameter', diameters.length ? `${decimal(diameters[Math.floor(diameters.length / 2)] ?? 0)} px` : '–', ''],
    ['Time', elapsed(inference.started_at, inference.finished_at) || '–', ''],
    ['With warnings', whole(warned), warned ? 'worth a look' : ''],
  ];
  return (
    <dl class="summary">
      {facts.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">{value}</dd>
          <dd class="faint">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
