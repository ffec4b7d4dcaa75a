import type { JSX } from 'preact';
import { listDatasets, listInferences } from '../api/calls';
import { messageOf } from '../api/problem';
import type { InferenceSummary } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { PageHeader } from '../app/page_header';
import { useInterval, useLoaded } from '../app/use_loaded';
import { Icon } from '../components/icons';
import { Empty, LoadError, Skeleton } from '../components/states';
import { ProgressBar, progressText, shownFraction, StatusBadge } from '../components/status';
import { ago, count, dateTime, elapsed } from '../format';
import { href, location, setQuery } from '../router';

const FILTERS: [string, string][] = [
  ['', 'All'],
  ['running', 'Running'],
  ['queued', 'Queued'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
];

function Row({ run, dataset }: { run: InferenceSummary; dataset: string }): JSX.Element {
  const modelName = useModelNames();
  const active = run.status === 'queued' || run.status === 'running';
  return (
    <li>
      <a class="run-table-row" href={href({ name: 'inference', id: run._id })}>
        <StatusBadge status={run.status} error={run.error} />
        <span class="truncate strong" title={dataset}>
          {dataset || 'A dataset'}
        </span>
        <span class="truncate muted">{modelName(run.model_id)}</span>
        <span class="run-progress">
          {run.status === 'running' ? (
            <ProgressBar fraction={shownFraction(run.progress)} label={`Progress over ${dataset}`} />
          ) : null}
          <span class="faint truncate">
            {active
              ? progressText(run.status, run.progress)
              : run.status === 'failed'
                ? (run.error?.detail ?? run.notes)
                : count(run.progress.images_total, 'image')}
          </span>
        </span>
        <span class="faint number">{elapsed(run.started_at, run.finished_at)}</span>
        <span class="faint" title={dateTime(run.created_at)}>
          {ago(run.created_at)}
        </span>
        <Icon name="chevron" />
      </a>
    </li>
  );
}

/** All runs of the user, newest first. */
export function InferencesPage(): JSX.Element {
  const { client, toasts } = useApp();
  const status = location.value.query.get('status') ?? '';
  const filter = status ? { status } : {};
  const loaded = useLoaded(`inferences/${status}`, (signal) => listInferences(client, filter, '', { signal }));
  const datasets = useLoaded('dataset names', (signal) => listDatasets(client, '/api/datasets?limit=1000', { signal }));
  const names = new Map(datasets.value?.items.map((dataset) => [dataset._id, dataset.name]));
  const page = loaded.value;
  const refresh = async (): Promise<void> => {
    const fresh = await listInferences(client, filter).catch(() => null);
    if (!fresh || !page) return;
    // What was shown of older pages stays.
    const known = new Set(fresh.items.map((run) => run._id));
    const oldest = fresh.items.at(-1)?.created_at ?? '';
    const older = page.items.filter((run) => !known.has(run._id) && run.created_at <= oldest);
    loaded.set({ items: [...fresh.items, ...older], next: older.length ? page.next : fresh.next });
  };
  useInterval(
    () => void refresh(),
    2500,
    page?.items.some((run) => run.status === 'queued' || run.status === 'running') ?? false,
  );
  const more = async (): Promise<void> => {
    if (!page?.next) return;
    try {
      const next = await listInferences(client, filter, page.next);
      loaded.set({ items: [...page.items, ...next.items], next: next.next });
    } catch (error) {
      toasts.show(messageOf(error), 'error');
    }
  };
  return (
    <div class="page">
      <PageHeader title="Runs" note="What models were run over which images." />
      <div class="toolbar">
        <div class="segmented" role="group" aria-label="Which runs are shown">
          {FILTERS.map(([value, name]) => (
            <button key={value} aria-pressed={status === value} onClick={() => setQuery({ status: value })}>
              {name}
            </button>
          ))}
        </div>
      </div>
      {loaded.error && !page ? <LoadError message={loaded.error} retry={loaded.reload} /> : null}
      {!page && !loaded.error ? <Skeleton rows={6} height={44} /> : null}
      {page && page.items.length === 0 ? (
        <Empty icon="play" title={status ? 'No run is in this state' : 'Nothing has been run yet'}>
          {status ? null : (
            <a class="button primary" href={href({ name: 'datasets' })}>
              Choose a dataset
            </a>
          )}
        </Empty>
      ) : null}
      {page?.items.length ? (
        <ul class="card run-table" aria-label="Runs">
          {page.items.map((run) => (
            <Row key={run._id} run={run} dataset={names.get(run.dataset_id) ?? ''} />
          ))}
        </ul>
      ) : null}
      {page?.next ? (
        <button class="button more-button" onClick={() => void more()}>
          Show older runs
        </button>
      ) : null}
    </div>
  );
}
