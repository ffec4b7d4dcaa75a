import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { deleteDataset, getDataset, listInferences } from '../api/calls';
import type { Page } from '../api/client';
import type { Dataset, InferenceSummary, SourceFile } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { PageHeader } from '../app/page_header';
import { useInterval, useLoaded, type Loaded } from '../app/use_loaded';
import { ConfirmDelete } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { Empty, LoadError, Skeleton } from '../components/states';
import { ProgressBar, progressText, StatusBadge } from '../components/status';
import { Thumbnail } from '../components/thumbnails';
import { VirtualList } from '../components/virtual_list';
import { ago, bytes, count, dateTime, whole } from '../format';
import { href, location, navigate, setQuery } from '../router';
import { PageDrop, PickFiles } from '../uploads/drop_zone';
import type { FoundFile } from '../uploads/drop';
import { nameFiles } from '../uploads/queue';
import { UploadPanel } from '../uploads/upload_panel';

/** "1,024 × 768 · 16 bit · 3 channels · 12 planes" */
export function factsOf(file: SourceFile): string {
  const parts = [`${whole(file.width)} × ${whole(file.height)}`, `${file.bit_depth} bit`];
  if (file.channels > 1) parts.push(count(file.channels, 'channel'));
  if ((file.depth ?? 1) > 1) parts.push(count(file.depth ?? 1, 'plane'));
  if ((file.times ?? 1) > 1) parts.push(count(file.times ?? 1, 'time point'));
  return parts.join(' · ');
}

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
          <a class="button primary wide" href={href({ name: 'run', id: datasetId })}><Icon name="play" />Run a model</a>
        </div>
      ) : null}
      <ul class="run-list">{runs.map((run) => <RunRow key={run._id} run={run} />)}</ul>
    </aside>
  );
}

function RunRow({ run }: { run: InferenceSummary }): JSX.Element {
  const modelName = useModelNames();
  return (
    <li>
      <a class="run-row" href={href({ name: 'inference', id: run._id })}>
        <span class="run-line"><span class="truncate">{modelName(run.model_id)}</span><StatusBadge status={run.status} error={run.error} /></span>
        {run.status === 'running' ? <ProgressBar fraction={run.progress.fraction} label="Progress of the run" /> : null}
        <span class="faint truncate">{run.status === 'running' ? progressText(run.status, run.progress) : `${count(run.progress.images_total, 'image')} · ${ago(run.created_at)}`}</span>
      </a>
    </li>
  );
}

function Images({ dataset, linkOf }: { dataset: Dataset; linkOf: (file: SourceFile) => string }): JSX.Element {
  const { query } = location.value;
  const search = query.get('q') ?? '';
  const view = query.get('view') === 'list' ? 'list' : 'grid';
  const files = useMemo(() => {
    const wanted = search.toLowerCase();
    return wanted ? dataset.files.filter((file) => file.filename.toLowerCase().includes(wanted)) : dataset.files;
  }, [dataset, search]);
  return (
    <section class="images" aria-label="Images">
      <div class="toolbar">
        <label class="search"><Icon name="search" />
          <input class="input" type="search" placeholder="Filter by name" aria-label="Filter images by name" value={search}
            onInput={(event) => setQuery({ q: event.currentTarget.value })} />
        </label>
        <span class="faint number" role="status">{search ? `${whole(files.length)} of ${count(dataset.files.length, 'image')}` : count(files.length, 'image')}</span>
        <span class="grow" />
        <div class="segmented" role="group" aria-label="How images are shown">
          <button aria-pressed={view === 'grid'} aria-label="Pictures" title="Pictures" onClick={() => setQuery({ view: '' })}><Icon name="grid" /></button>
          <button aria-pressed={view === 'list'} aria-label="List" title="List" onClick={() => setQuery({ view: 'list' })}><Icon name="list" /></button>
        </div>
      </div>
      {files.length === 0 ? <Empty icon="search" title="No image has such a name" /> : null}
      {view === 'grid' ? (
        <VirtualList key="grid" items={files} itemKey={(file) => file.gridfs_id} columnWidth={168} rowHeight={206} gap={12} label="Images">
          {(file, tabIndex) => <Tile file={file} link={linkOf(file)} tabIndex={tabIndex} />}
        </VirtualList>
      ) : (
        <VirtualList key="list" items={files} itemKey={(file) => file.gridfs_id} rowHeight={48} label="Images" class="rows">
          {(file, tabIndex) => <ListRow file={file} link={linkOf(file)} tabIndex={tabIndex} />}
        </VirtualList>
      )}
    </section>
  );
}

interface FileProps {
  file: SourceFile;
  link: string;
  tabIndex: number;
}

function Tile({ file, link, tabIndex }: FileProps): JSX.Element {
  return (
    <a class="tile" tabIndex={tabIndex} href={link} title={`${file.filename}\n${factsOf(file)}`}>
      <Thumbnail fileId={file.gridfs_id} />
      <span class="truncate tile-name">{file.filename}</span>
      <span class="faint truncate number">{whole(file.width)} × {whole(file.height)} · {file.bit_depth} bit</span>
    </a>
  );
}

function ListRow({ file, link, tabIndex }: FileProps): JSX.Element {
  return (
    <a class="list-row" tabIndex={tabIndex} href={link}>
      <Thumbnail fileId={file.gridfs_id} size={64} />
      <span class="truncate grow" title={file.filename}>{file.filename}</span>
      <span class="muted number truncate facts">{factsOf(file)}</span>
      <span class="faint number size">{bytes(file.bytes)}</span>
    </a>
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
  useInterval(runs.reload, 2500, runs.value?.items.some((run) => run.status === 'queued' || run.status === 'running') ?? false);
  // An image leads to what was found in it, or else to where a model is tried on it.
  const last = runs.value?.items.find((run) => run.status === 'completed' && run.progress.images_total === dataset?.files.length);
  const linkOf = (file: SourceFile): string => (last ? href({ name: 'image', id: last._id, file: file.gridfs_id })
    : href({ name: 'run', id }, { file: file.gridfs_id }));
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
      <PageHeader title={dataset.name} crumbs={crumbs}
        note={`${count(dataset.files.length, 'image')} · ${bytes(size)} · made ${dateTime(dataset.created_at)}`}
        actions={(
          <>
            <Menu button={<Icon name="more" />} label="More" buttonClass="button icon">
              {(close) => <MenuItem danger onSelect={() => { close(); setDeleting(true); }}><Icon name="trash" />Delete dataset…</MenuItem>}
            </Menu>
            <PickFiles onFiles={add}><Icon name="plus" />Add images</PickFiles>
            <a class="button primary" href={href({ name: 'run', id })}><Icon name="play" />Run a model</a>
          </>
        )} />
      <PageDrop text={`Drop to add to “${dataset.name}”`} onFiles={add} />
      {queue ? <UploadPanel queue={queue} /> : null}
      <div class="with-side">
        <Images dataset={dataset} linkOf={linkOf} />
        <Runs datasetId={id} files={dataset.files.length} loaded={runs} />
      </div>
      {deleting ? (
        <ConfirmDelete title={`Delete “${dataset.name}”?`} action="Delete dataset" onClose={() => setDeleting(false)}
          text={`Its ${count(dataset.files.length, 'image')}, all runs over them and their results are deleted. This cannot be undone.`}
          onConfirm={async () => {
            await deleteDataset(client, id);
            toasts.show(`“${dataset.name}” is deleted.`);
            navigate({ name: 'datasets' });
          }} />
      ) : null}
    </div>
  );
}
