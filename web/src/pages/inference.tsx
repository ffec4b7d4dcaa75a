import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { deleteInference, getDataset, getInference, retryInference } from '../api/calls';
import { messageOf } from '../api/problem';
import type { Dataset, Inference } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { PageHeader } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { ConfirmDelete } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { LoadError, Skeleton } from '../components/states';
import { StatusBadge } from '../components/status';
import { download } from '../download';
import { count, dateTime } from '../format';
import { href, navigate } from '../router';
import { CodeDialog } from './code_dialog';
import { ResultsTable } from './results_table';
import { RunDetails } from './run_details';
import { ProgressPanel, useProgress } from './run_progress';
import { Failure, Summary } from './run_summary';

type Asked = 'delete' | 'code' | '';

function Actions({
  inference,
  ask,
  onRetry,
}: {
  inference: Inference;
  ask: (what: Asked) => void;
  onRetry: () => void;
}): JSX.Element {
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
            <MenuItem
              href={href(
                { name: 'run', id: inference.dataset_id },
                { model: inference.model_id, params: JSON.stringify(inference.params) },
              )}>
              <Icon name="play" />
              Run with other settings
            </MenuItem>
            <MenuItem
              danger
              onSelect={() => {
                close();
                ask('delete');
              }}>
              <Icon name="trash" />
              Delete run…
            </MenuItem>
          </>
        )}
      </Menu>
      <button class="button" onClick={() => ask('code')}>
        <Icon name="code" />
        Copy as code
      </button>
      {failed && inference.status === 'completed' ? (
        <button class="button" onClick={onRetry}>
          <Icon name="retry" />
          Retry failed
        </button>
      ) : null}
      {inference.status === 'completed' ? (
        <button class="button primary" disabled={share !== null} onClick={() => void save()}>
          <Icon name="download" />
          {share === null ? 'Download ZIP' : `Downloading ${Math.floor(share * 100)} %`}
        </button>
      ) : null}
    </>
  );
}

function Body({
  inference,
  dataset,
  reload,
}: {
  inference: Inference;
  dataset: Dataset | undefined;
  reload: () => void;
}): JSX.Element {
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
      <PageHeader
        title={`${modelName(inference.model_id)}${dataset ? ` on ${dataset.name}` : ''}`}
        crumbs={crumbs}
        badge={<StatusBadge status={event?.status ?? inference.status} error={inference.error} />}
        note={`${count(inference.progress.images_total, 'image')} · started ${dateTime(inference.created_at)}${inference.attempt > 1 ? ` · attempt ${inference.attempt}` : ''}`}
        actions={<Actions inference={inference} ask={setAsked} onRetry={() => void retry()} />}
      />
      {active ? <ProgressPanel inference={inference} event={event} /> : null}
      {inference.status === 'failed' ? <Failure inference={inference} onRetry={() => void retry()} /> : null}
      {inference.results.some((result) => result.status === 'completed') ? <Summary inference={inference} /> : null}
      <ResultsTable inference={inference} files={dataset?.files ?? []} />
      <RunDetails inference={inference} />
      {asked === 'code' ? <CodeDialog inference={inference} onClose={() => setAsked('')} /> : null}
      {asked === 'delete' ? (
        <ConfirmDelete
          title="Delete this run?"
          action="Delete run"
          onClose={() => setAsked('')}
          text="Its masks, measurements and corrections are deleted; the images stay. This cannot be undone."
          onConfirm={async () => {
            await deleteInference(client, inference._id);
            toasts.show('The run is deleted.');
            navigate({ name: 'dataset', id: inference.dataset_id });
          }}
        />
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
    datasetId ? getDataset(client, datasetId, { signal }) : undefined,
  );
  return (
    <div class="page">
      {loaded.value ? <Body inference={loaded.value} dataset={dataset.value} reload={loaded.reload} /> : null}
      {loaded.error && !loaded.value ? (
        <>
          <PageHeader title="Run" crumbs={[{ name: 'Runs', href: href({ name: 'inferences' }) }]} />
          <LoadError message={loaded.error} retry={loaded.reload} />
        </>
      ) : null}
      {!loaded.value && !loaded.error ? (
        <>
          <PageHeader title="" crumbs={[{ name: 'Runs', href: href({ name: 'inferences' }) }]} note=" " />
          <Skeleton rows={6} height={48} />
        </>
      ) : null}
    </div>
  );
}
