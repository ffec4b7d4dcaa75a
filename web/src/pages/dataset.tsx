import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { deleteDataset, getDataset, listInferences } from '../api/calls';
import type { Page } from '../api/client';
import type { InferenceSummary, SourceFile } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { PageHeader } from '../app/page_header';
import { useInterval, useLoaded, type Loaded } from '../app/use_loaded';
import { ConfirmDelete } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { LoadError, Skeleton } from '../components/states';
import { ProgressBar, progressText, shownFraction, StatusBadge } from '../components/status';
import { ago, bytes, count, dateTime } from '../format';
import { href, navigate } from '../router';
import { PageDrop, PickFiles } from '../uploads/drop_zone';
import type { FoundFile } from '../uploads/drop';
import { nameFiles } from '../uploads/queue';
import { UploadPanel } from '../uploads/upload_panel';
import { Images } from './dataset_images';

interface RunsProps {
  datasetId: string;
  files: number;
  loaded: Loaded<Page<InferenceSummary>>;
}

function Runs({ datasetId, files, loaded }: RunsProps): JSX.Element {
  const runs = loaded.value?.items ?? [];
  return (
    <aside class="side" aria-label="Runs of this dataset">
      <h2>Runs</h2>
      {loaded.error && !loaded.value ? <LoadError message={loaded.error} retry={loaded.reload} /> : null}
      {!loaded.value && !loaded.error ? <Skeleton rows={2} height={58} /> : null}
      {loaded.value && runs.length === 0 ? (
        <div class="side-empty">
          <p class="muted">Nothing has been run over {files === 1 ? 'this image' : 'these images'} yet.</p>
          <a class="button primary wide" href={href({ name: 'run', id: datasetId })}>
            <Icon name="play" />
            Run a model
          </a>
        </div>
      ) : null}
      <ul class="run-list">
        {runs.map((run) => (
          <RunRow key={run._id} run={run} />
        ))}
      </ul>
    </aside>
  );
}

function RunRow({ run }: { run: InferenceSummary }): JSX.Element {
  const modelName = useModelNames();
  return (
    <li>
      <a class="run-row" href={href({ name: 'inference', id: run._id })}>
        <span class="run-line">
          <span class="truncate">{modelName(run.model_id)}</span>
          <StatusBadge status={run.status} error={run.error} />
        </span>
        {run.status === 'running' ? (
          <ProgressBar fraction={shownFraction(run.progress)} label="Progress of the run" />
        ) : null}
        <span class="faint truncate">
          {run.status === 'running'
            ? progressText(run.status, run.progress)
            : `${count(run.progress.images_total, 'image')} · ${ago(run.created_at)}`}
        </span>
      </a>
    </li>
  );
}

/** One dataset: its images, and what was run over them. */
export function DatasetPage({ id }: { id: string }): JSX.Element {
  const { client, uploads, toasts } = useApp();
  const loaded = useLoaded(`dataset/${id}`, (signal) => getDataset(client, id, { signal }));
  const [deleting, setDeleting] = useState(false);
  const dataset = loaded.value;
  const queue = uploads.queues.value.find((one) => one.datasetId.value === id);
  const accepted = queue?.accepted.value ?? 0;
  const busy = queue?.isBusy.value ?? false;
  useEffect(() => {
    if (accepted > 0 && !busy) loaded.reload();
  }, [accepted, busy]);
  useInterval(loaded.reload, 3000, busy);
  const runs = useLoaded(`runs/${id}`, (signal) => listInferences(client, { dataset_id: id }, '', { signal }));
  useInterval(
    runs.reload,
    2500,
    runs.value?.items.some((run) => run.status === 'queued' || run.status === 'running') ?? false,
  );
  // An image leads to what was found in it, or else to where a model is tried on it.
  const last = runs.value?.items.find(
    (run) => run.status === 'completed' && run.progress.images_total === dataset?.files.length,
  );
  const linkOf = (file: SourceFile): string =>
    last
      ? href({ name: 'image', id: last._id, file: file.gridfs_id })
      : href({ name: 'run', id }, { file: file.gridfs_id });
  const add = (files: FoundFile[]): void => uploads.open(dataset?.name ?? '', id).add(nameFiles(files));
  const crumbs = [{ name: 'Datasets', href: href({ name: 'datasets' }) }];
  if (!dataset) {
    return (
      <div class="page">
        <PageHeader title={loaded.error ? 'Dataset' : ''} crumbs={crumbs} note=" " />
        {loaded.error ? <LoadError message={loaded.error} retry={loaded.reload} /> : <Skeleton rows={4} height={120} />}
      </div>
    );
  }
  const size = dataset.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <div class="page">
      <PageHeader
        title={dataset.name}
        crumbs={crumbs}
        note={`${count(dataset.files.length, 'image')} · ${bytes(size)} · made ${dateTime(dataset.created_at)}`}
        actions={
          <>
            <Menu button={<Icon name="more" />} label="More" buttonClass="button icon">
              {(close) => (
                <MenuItem
                  danger
                  onSelect={() => {
                    close();
                    setDeleting(true);
                  }}>
                  <Icon name="trash" />
                  Delete dataset…
                </MenuItem>
              )}
            </Menu>
            <PickFiles onFiles={add}>
              <Icon name="plus" />
              Add images
            </PickFiles>
            <a class="button primary" href={href({ name: 'run', id })}>
              <Icon name="play" />
              Run a model
            </a>
          </>
        }
      />
      <PageDrop text={`Drop to add to “${dataset.name}”`} onFiles={add} />
      {queue ? <UploadPanel queue={queue} /> : null}
      <div class="with-side">
        <Images dataset={dataset} linkOf={linkOf} />
        <Runs datasetId={id} files={dataset.files.length} loaded={runs} />
      </div>
      {deleting ? (
        <ConfirmDelete
          title={`Delete “${dataset.name}”?`}
          action="Delete dataset"
          onClose={() => setDeleting(false)}
          text={`Its ${count(dataset.files.length, 'image')}, all runs over them and their results are deleted. This cannot be undone.`}
          onConfirm={async () => {
            await deleteDataset(client, id);
            toasts.show(`“${dataset.name}” is deleted.`);
            navigate({ name: 'datasets' });
          }}
        />
      ) : null}
    </div>
  );
}
