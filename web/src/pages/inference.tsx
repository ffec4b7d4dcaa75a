import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { cancelInference, deleteInference, getDataset, getInference, retryInference } from '../api/calls';
import { watchInference } from '../api/sse';
import { messageOf } from '../api/problem';
import type { Dataset, Inference, InferenceEvent } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { PageHeader } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { ConfirmDelete } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { LoadError, Skeleton } from '../components/states';
import { adviceFor, ProgressBar, progressText, StatusBadge } from '../components/status';
import { download } from '../download';
import { count, dateTime, decimal, elapsed, whole } from '../format';
import { href, navigate } from '../router';
import { CodeDialog } from './code_dialog';
import { ResultsTable } from './results_table';
import { RunDetails } from './run_details';

/** Follows a run that has not ended; `onEnd` when it has. */
function useProgress(inference: Inference | undefined, onEnd: () => void): InferenceEvent | null {
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

function ProgressPanel({ inference, event }: { inference: Inference; event: InferenceEvent | null }): JSX.Element {
  const { client, toasts } = useApp();
  const [asked, setAsked] = useState(false);
  const status = event?.status ?? inference.status;
  const progress = event?.progress ?? inference.progress;
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
        <span class="progress-percent number">{Math.floor(progress.fraction * 100)}<small>%</small></span>
        <span class="grow">
          <strong>{stopping ? 'Stopping before the next tile…' : status === 'queued' ? 'Waiting for its turn' : 'Finding cells'}</strong>
          <span class="muted number" role="status">{progressText(status, progress)}</span>
        </span>
        <button class="button" disabled={stopping} onClick={() => void cancel()}><Icon name="stop" />Cancel</button>
      </div>
      <ProgressBar fraction={progress.fraction} label="Progress of the run" />
      <p class="faint">You can leave this page; the run goes on, and is under Runs.</p>
    </section>
  );
}

function Failure({ inference, onRetry }: { inference: Inference; onRetry: () => void }): JSX.Element {
  const cancelled = inference.error?.code === 'cancelled';
  return (
    <section class={`notice ${cancelled ? 'warning' : 'danger'} failure`} role="alert">
      <Icon name={cancelled ? 'warning' : 'error'} />
      <div class="grow">
        <strong>{cancelled ? 'The run was cancelled' : 'The run failed'}</strong>
        <p>{inference.error?.detail || inference.notes || 'The server gives no reason.'}</p>
        <p class="muted">{adviceFor(inference.error)}</p>
      </div>
      <button class="button" onClick={onRetry}><Icon name="retry" />Retry</button>
      <a class="button" href={href({ name: 'run', id: inference.dataset_id }, { model: inference.model_id, params: JSON.stringify(inference.params) })}>Change settings</a>
    </section>
  );
}

function Summary({ inference }: { inference: Inference }): JSX.Element {
  const done = inference.results.filter((result) => result.status === 'completed');
  const cells = done.reduce((sum, result) => sum + result.objects, 0);
  const diameters = done.filter((result) => result.objects > 0).map((result) => result.diameter).sort((a, b) => a - b);
  const warned = inference.results.filter((result) => result.warnings.length > 0).length;
  const facts: [string, string, string][] = [
    ['Cells', whole(cells), done.length ? `${decimal(cells / done.length, 0)} an image` : ''],
    ['Images', whole(done.length), done.length < inference.results.length ? `${inference.results.length - done.length} failed` : ''],
    ['Median diameter', diameters.length ? `${decimal(diameters[Math.floor(diameters.length / 2)] ?? 0)} px` : '–', ''],
    ['Time', elapsed(inference.started_at, inference.finished_at) || '–', ''],
    ['With warnings', whole(warned), warned ? 'worth a look' : ''],
  ];
  return (
    <dl class="summary">
      {facts.map(([name, value, note]) => <div key={name}><dt>{name}</dt><dd class="number">{value}</dd><dd class="faint">{note}</dd></div>)}
    </dl>
  );
}

type Asked = 'delete' | 'code' | '';

function Actions({ inference, ask, onRetry }: { inference: Inference; ask: (what: Asked) => void; onRetry: () => void }): JSX.Element {
  const { client, toasts } = useApp();
  const [share, setShare] = useState<number | null>(null);
  const failed = inference.results.some((result) => result.status === 'failed');
  const save = async (): Promise<void> => {
    setShare(0);
    try {
      await download(client, `/api/inferences/${inference._id}/download`, `${inference._id}.zip`, setShare);
    } catch (error) {
      toasts.show(messageOf(error), 'error');
    }
    setShare(null);
  };
  return (
    <>
      <Menu button={<Icon name="more" />} label="More" buttonClass="button icon">
        {(close) => (
          <>
            <MenuItem href={href({ name: 'run', id: inference.dataset_id }, { model: inference.model_id, params: JSON.stringify(inference.params) })}><Icon name="play" />Run with other settings</MenuItem>
            <MenuItem danger onSelect={() => { close(); ask('delete'); }}><Icon name="trash" />Delete run…</MenuItem>
          </>
        )}
      </Menu>
      <button class="button" onClick={() => ask('code')}><Icon name="code" />Copy as code</button>
      {failed && inference.status === 'completed' ? <button class="button" onClick={onRetry}><Icon name="retry" />Retry failed</button> : null}
      {inference.status === 'completed' ? (
        <button class="button primary" disabled={share !== null} onClick={() => void save()}>
          <Icon name="download" />{share === null ? 'Download ZIP' : `Downloading ${Math.floor(share * 100)} %`}
        </button>
      ) : null}
    </>
  );
}

function Body({ inference, dataset, reload }: { inference: Inference; dataset: Dataset | undefined; reload: () => void }): JSX.Element {
  const { client, toasts } = useApp();
  const [asked, setAsked] = useState<Asked>('');
  const modelName = useModelNames();
  const event = useProgress(inference, reload);
  const active = inference.status === 'queued' || inference.status === 'running';
  const retry = async (): Promise<void> => {
    try {
      await retryInference(client, inference._id);
      reload();
    } catch (error) {
      toasts.show(messageOf(error), 'error');
    }
  };
  const crumbs = [{ name: 'Runs', href: href({ name: 'inferences' }) }];
  if (dataset) crumbs[0] = { name: dataset.name, href: href({ name: 'dataset', id: dataset._id }) };
  return (
    <>
      <PageHeader title={`${modelName(inference.model_id)}${dataset ? ` on ${dataset.name}` : ''}`} crumbs={crumbs}
        badge={<StatusBadge status={event?.status ?? inference.status} error={inference.error} />}
        note={`${count(inference.progress.images_total, 'image')} · started ${dateTime(inference.created_at)}${inference.attempt > 1 ? ` · attempt ${inference.attempt}` : ''}`}
        actions={<Actions inference={inference} ask={setAsked} onRetry={() => void retry()} />} />
      {active ? <ProgressPanel inference={inference} event={event} /> : null}
      {inference.status === 'failed' ? <Failure inference={inference} onRetry={() => void retry()} /> : null}
      {inference.results.some((result) => result.status === 'completed') ? <Summary inference={inference} /> : null}
      <ResultsTable inference={inference} files={dataset?.files ?? []} />
      <RunDetails inference={inference} />
      {asked === 'code' ? <CodeDialog inference={inference} onClose={() => setAsked('')} /> : null}
      {asked === 'delete' ? (
        <ConfirmDelete title="Delete this run?" action="Delete run" onClose={() => setAsked('')}
          text="Its masks, measurements and corrections are deleted; the images stay. This cannot be undone."
          onConfirm={async () => {
            await deleteInference(client, inference._id);
            toasts.show('The run is deleted.');
            navigate({ name: 'dataset', id: inference.dataset_id });
          }} />
      ) : null}
    </>
  );
}

/** A run: its progress while it runs, then what it found in each image. */
export function InferencePage({ id }: { id: string }): JSX.Element {
  const { client } = useApp();
  const loaded = useLoaded(`inference/${id}`, (signal) => getInference(client, id, { signal }));
  const datasetId = loaded.value?.dataset_id ?? '';
  const dataset = useLoaded(`inference dataset/${datasetId}`, async (signal) =>
    datasetId ? getDataset(client, datasetId, { signal }) : undefined);
  return (
    <div class="page">
      {loaded.value ? <Body inference={loaded.value} dataset={dataset.value} reload={loaded.reload} /> : null}
      {loaded.error && !loaded.value ? (
        <>
          <PageHeader title="Run" crumbs={[{ name: 'Runs', href: href({ name: 'inferences' }) }]} />
          <LoadError message={loaded.error} retry={loaded.reload} />
        </>
      ) : null}
      {!loaded.value && !loaded.error ? <><PageHeader title="" crumbs={[{ name: 'Runs', href: href({ name: 'inferences' }) }]} note=" " /><Skeleton rows={6} height={48} /></> : null}
    </div>
  );
}
