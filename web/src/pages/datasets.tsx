import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { deleteDataset, listDatasets } from '../api/calls';
import { messageOf } from '../api/problem';
import type { Dataset } from '../api/types';
import { useApp } from '../app/context';
import { PageHeader } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { ConfirmDelete } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { LoadError } from '../components/states';
import { Thumbnail } from '../components/thumbnails';
import { ago, bytes, count } from '../format';
import { href, navigate } from '../router';
import { PageDrop, PickFiles } from '../uploads/drop_zone';
import type { FoundFile } from '../uploads/drop';
import { nameFiles, type UploadQueue } from '../uploads/queue';
import { UploadPanel } from '../uploads/upload_panel';
import { exampleFiles, EXAMPLES } from './examples';

/** A name for what was dropped: its folder's, its file's, or the day's. */
export function datasetName(files: FoundFile[], folder: string, now = new Date()): string {
  if (folder) return folder;
  if (files.length === 1 && files[0]) return files[0].file.name.replace(/\.[^.]+$/, '') || files[0].file.name;
  return `Images of ${now.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}`;
}

function Card({ dataset, onDelete }: { dataset: Dataset; onDelete: () => void }): JSX.Element {
  const size = dataset.files.reduce((sum, file) => sum + file.bytes, 0);
  const shown = dataset.files.slice(0, 4);
  return (
    <li class="card dataset-card">
      <a class="dataset-link" href={href({ name: 'dataset', id: dataset._id })}>
        <span class={`mosaic of-${Math.min(4, Math.max(1, shown.length))}`}>
          {shown.map((file) => (
            <Thumbnail key={file.gridfs_id} fileId={file.gridfs_id} />
          ))}
        </span>
        <span class="dataset-name truncate" title={dataset.name}>
          {dataset.name}
        </span>
        <span class="faint">
          {count(dataset.files.length, 'image')} · {bytes(size)} · {ago(dataset.created_at)}
        </span>
      </a>
      <Menu
        button={<Icon name="more" />}
        label={`More for ${dataset.name}`}
        buttonClass="button ghost icon small card-menu">
        {() => (
          <>
            <MenuItem href={href({ name: 'run', id: dataset._id })}>
              <Icon name="play" />
              Run a model
            </MenuItem>
            <MenuItem danger onSelect={onDelete}>
              <Icon name="trash" />
              Delete…
            </MenuItem>
          </>
        )}
      </Menu>
    </li>
  );
}

function FirstVisit({ onFiles }: { onFiles: (files: FoundFile[], folder: string) => void }): JSX.Element {
  const { toasts } = useApp();
  const [busy, setBusy] = useState(false);
  const tryExamples = async (): Promise<void> => {
    setBusy(true);
    try {
      const files = await exampleFiles();
      onFiles(
        files.map((file) => ({ file, path: file.name })),
        'Example images',
      );
    } catch (error) {
      toasts.show(messageOf(error), 'error');
    }
    setBusy(false);
  };
  return (
    <div class="first-visit">
      <div class="drop-box">
        <span class="empty-icon">
          <Icon name="upload" />
        </span>
        <h2>Drop images or a folder here</h2>
        <p class="muted">
          PNG, JPEG, TIFF, OME-TIFF and ImageJ stacks, of 8, 16 or 32 bits and any number of channels.
        </p>
        <div class="row">
          <PickFiles class="button primary" onFiles={onFiles}>
            Choose images
          </PickFiles>
          <PickFiles folder onFiles={onFiles}>
            Choose a folder
          </PickFiles>
        </div>
      </div>
      <section class="examples" aria-labelledby="examples-title">
        <div>
          <h2 id="examples-title">No images at hand?</h2>
          <p class="muted">Take these four: nuclei in fluorescence, tissue and histology.</p>
        </div>
        <ul class="example-strip">
          {EXAMPLES.map((example) => (
            <li key={example.file}>
              <img src={`/examples/${example.file}`} alt={example.alt} />
            </li>
          ))}
        </ul>
        <button class="button" disabled={busy} onClick={() => void tryExamples()}>
          Use the example images
        </button>
      </section>
    </div>
  );
}

/** All datasets of the user, and the place to drop new images. */
export function DatasetsPage(): JSX.Element {
  const { client, uploads, toasts } = useApp();
  const loaded = useLoaded('datasets', (signal) => listDatasets(client, '', { signal }));
  const [toDelete, setToDelete] = useState<Dataset | null>(null);
  const making = uploads.queues.value.find((queue) => !queue.datasetId.value);
  const [started, setStarted] = useState<UploadQueue | null>(null);
  const madeId = started?.datasetId.value ?? '';
  const start = (files: FoundFile[], folder: string): void => {
    const queue = uploads.open(datasetName(files, folder));
    queue.add(nameFiles(files));
    setStarted(queue);
  };
  // The dataset opens when its first file has made it, with the rest of the upload in it.
  useEffect(() => {
    if (madeId) navigate({ name: 'dataset', id: madeId });
  }, [madeId]);

  const page = loaded.value;
  const more = async (): Promise<void> => {
    if (!page?.next) return;
    try {
      const next = await listDatasets(client, page.next);
      loaded.set({ items: [...page.items, ...next.items], next: next.next });
    } catch (error) {
      toasts.show(messageOf(error), 'error');
    }
  };
  const isFirst = page?.items.length === 0 && !making;
  return (
    <div class="page">
      <PageHeader
        title="Datasets"
        note="Images that belong together. Drop files or a folder anywhere here to make one."
        actions={
          isFirst ? null : (
            <>
              <PickFiles folder onFiles={start}>
                <Icon name="folder" />
                Add folder
              </PickFiles>
              <PickFiles class="button primary" onFiles={start}>
                <Icon name="plus" />
                New dataset
              </PickFiles>
            </>
          )
        }
      />
      <PageDrop text="Drop to make a dataset" onFiles={start} />
      {making ? <UploadPanel queue={making} /> : null}
      {loaded.error && !page ? <LoadError message={loaded.error} retry={loaded.reload} /> : null}
      {isFirst ? <FirstVisit onFiles={start} /> : null}
      <ul class="dataset-grid" aria-label="Datasets" aria-busy={!page && !loaded.error}>
        {page
          ? page.items.map((dataset) => (
              <Card key={dataset._id} dataset={dataset} onDelete={() => setToDelete(dataset)} />
            ))
          : null}
        {!page && !loaded.error
          ? Array.from({ length: 8 }, (_, index) => (
              <li key={index} class="card dataset-card ghost" aria-hidden="true" />
            ))
          : null}
      </ul>
      {page?.next ? (
        <button class="button more-button" onClick={() => void more()}>
          Show older datasets
        </button>
      ) : null}
      {toDelete ? (
        <ConfirmDelete
          title={`Delete “${toDelete.name}”?`}
          action="Delete dataset"
          onClose={() => setToDelete(null)}
          text={`Its ${count(toDelete.files.length, 'image')}, all runs over them and their results are deleted. This cannot be undone.`}
          onConfirm={async () => {
            await deleteDataset(client, toDelete._id);
            toasts.show(`“${toDelete.name}” is deleted.`);
            loaded.reload();
          }}
        />
      ) : null}
    </div>
  );
}
