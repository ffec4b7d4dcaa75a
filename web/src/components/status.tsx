import type { JSX } from 'preact';
import type { InferenceError, InferenceStatus, Progress } from '../api/types';
import { count, duration, ordinal } from '../format';

const NAMES: Record<InferenceStatus, [string, string]> = {
  queued: ['Queued', ''],
  running: ['Running', 'info'],
  completed: ['Completed', 'success'],
  failed: ['Failed', 'danger'],
};

interface StatusProps {
  status: InferenceStatus;
  error?: InferenceError | null;
}

export function StatusBadge({ status, error = null }: StatusProps): JSX.Element {
  const cancelled = status === 'failed' && error?.code === 'cancelled';
  const [name, kind] = cancelled ? ['Cancelled', ''] : NAMES[status];
  return (
    <span class={`badge ${kind}${status === 'running' ? ' live' : ''}`}>
      <span class="dot" />
      {name}
    </span>
  );
}

/**
 * How much of a run is done, 0 to 1, by its tiles where images alone would stand still: of the images that were begun, at
 * least one more than those that are done.
 */
export function shownFraction(progress: Progress): number {
  const { images_done: done, images_total: images, tiles_done: tiles, tiles_total: known, fraction } = progress;
  if (images === 0 || known === 0 || done >= images) return fraction;
  return Math.max(fraction, Math.min(0.99, ((done + 1) / images) * (tiles / known)));
}

/** "Image 2 of 5 · 34 of 60 tiles · about 20 s left", or the place in the queue. */
export function progressText(status: InferenceStatus, progress: Progress): string {
  if (status === 'queued') {
    const place = progress.queue_position;
    if (place === null || place <= 1) return 'Next in the queue';
    return `${ordinal(place)} in the queue`;
  }
  const parts = [`${progress.images_done} of ${count(progress.images_total, 'image')}`];
  if (progress.tiles_total > 0) parts.push(`${progress.tiles_done} of ${count(progress.tiles_total, 'tile')}`);
  if (progress.eta_s !== null) parts.push(`about ${duration(Math.max(1, Math.round(progress.eta_s)))} left`);
  return parts.join(' · ');
}

interface BarProps {
  fraction: number;
  label: string;
  kind?: 'danger' | '';
}

export function ProgressBar({ fraction, label, kind = '' }: BarProps): JSX.Element {
  const share = Math.min(1, Math.max(0, fraction));
  return (
    <div
      class={`bar ${kind}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}>
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

const ADVICE: Record<string, string> = {
  cancelled: 'Retry runs what was not finished; images that were finished keep their results.',
  attempts_exhausted:
    'The server stopped several times while it ran this. Retry once; if it happens again, tell who runs the server.',
  dataset_gone: 'Delete this run. Upload the images again, and start a new one.',
  unknown_runner: 'This server cannot run this model. Choose another model, or tell who runs the server.',
};

/** What to do about a failure, beside the server's own sentence. */
export function adviceFor(error: InferenceError | null): string {
  return (
    ADVICE[error?.code ?? ''] ?? 'Change what the message names and start a new run, or retry if the cause has passed.'
  );
}
