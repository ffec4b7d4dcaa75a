import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { cancelInference } from '../api/calls';
import { messageOf } from '../api/problem';
import { watchInference } from '../api/sse';
import type { Inference, InferenceEvent } from '../api/types';
import { useApp } from '../app/context';
import { Icon } from '../components/icons';
import { ProgressBar, progressText, shownFraction } from '../components/status';

/** Follows a run that has not ended; `onEnd` when it has. */
export function useProgress(inference: Inference | undefined, onEnd: () => void): InferenceEvent | null {
  const { client, connection } = useApp();
  const [event, setEvent] = useState<InferenceEvent | null>(null);
  const active = inference?.status === 'queued' || inference?.status === 'running';
  const key = active ? `${inference._id}/${inference.attempt}` : '';
  useEffect(() => setEvent(null), [key]);
  // A server that is back is asked at once, not when the next try would be due.
  const recoveries = connection.recoveries.value;
  useEffect(() => {
    if (!key || !inference) return undefined;
    const stop = new AbortController();
    watchInference(client, inference._id, setEvent, stop.signal).then(
      (ended) => {
        if (ended && !stop.signal.aborted) onEnd();
      },
      () => {
        // Gone, or logged out: loading it again says which.
        if (!stop.signal.aborted) onEnd();
      },
    );
    return () => stop.abort();
  }, [key, recoveries]);
  return event;
}

/** How far a run is, and the button that stops it. */
export function ProgressPanel({
  inference,
  event,
}: {
  inference: Inference;
  event: InferenceEvent | null;
}): JSX.Element {
  const { client, toasts } = useApp();
  const [asked, setAsked] = useState(false);
  const status = event?.status ?? inference.status;
  const progress = event?.progress ?? inference.progress;
  const share = useHighest(shownFraction(progress), `${inference._id}/${inference.attempt}`);
  const stopping = asked || (event?.cancel_requested ?? false);
  const cancel = async (): Promise<void> => {
    setAsked(true);
    try {
      await cancelInference(client, inference._id);
    } catch (error) {
      setAsked(false);
      toasts.show(messageOf(error), 'error');
    }
  };
  return (
    <section class="card progress-panel" aria-label="Progress">
      <div class="progress-line">
        <span class="progress-percent number">
          {Math.floor(share * 100)}
          <small>%</small>
        </span>
        <span class="grow">
          <strong>
            {stopping
              ? 'Stopping before the next tile…'
              : status === 'queued'
                ? 'Waiting for its turn'
                : 'Finding cells'}
          </strong>
          <span class="muted number" role="status">
            {progressText(status, progress)}
          </span>
        </span>
        <button class="button" disabled={stopping} onClick={() => void cancel()}>
          <Icon name="stop" />
          Cancel
        </button>
      </div>
      <ProgressBar fraction={share} label="Progress of the run" />
      <p class="faint">You can leave this page; the run goes on, and is under Runs.</p>
    </section>
  );
}

/** The highest value so far with the same key: a bar does not go back when more tiles become known. */
function useHighest(value: number, key: string): number {
  const highest = useRef({ key, value });
  if (highest.current.key !== key || value > highest.current.value) highest.current = { key, value };
  return highest.current.value;
}
