import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { getDataset, getInference, listInferences } from '../api/calls';
import type { Inference, InferenceSummary } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { Crumbs } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { Icon } from '../components/icons';
import { LoadError } from '../components/states';
import { ago } from '../format';
import { href, location, navigate } from '../router';
import { mountViewer } from '../viewer';

function Stage({ inference, fileId, compareWith }: { inference: Inference; fileId: string; compareWith?: Inference }): JSX.Element {
  const { client } = useApp();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!element.current) return undefined;
    const { compare, ...state } = Object.fromEntries(location.peek().query);
    const viewer = mountViewer(element.current, {
      client, inference, imageId: fileId, state, ...(compareWith ? { compareWith } : {}),
      onState: (next) => {
        const { route } = location.peek();
        if (route.name === 'image' && route.id === inference._id && route.file === fileId) {
          navigate(route, { ...next, compare: compareWith?._id ?? '' }, true);
        }
      },
    });
    return () => viewer.destroy();
  }, [inference, fileId, compareWith]);
  return <div ref={element} class="viewer-stage" />;
}

interface BarProps {
  inference: Inference;
  fileId: string;
  others: InferenceSummary[];
  datasetName: string;
}

/** What leads to the other images, and to another run to compare with. */
function Bar({ inference, fileId, others, datasetName }: BarProps): JSX.Element {
  const modelName = useModelNames();
  const shown = inference.results.filter((result) => result.status === 'completed');
  const at = shown.findIndex((result) => result.original_gridfs_id === fileId);
  const compare = location.value.query.get('compare') ?? '';
  const linkTo = (index: number): string | undefined => {
    const to = shown[index];
    return to ? href({ name: 'image', id: inference._id, file: to.original_gridfs_id }, { compare }) : undefined;
  };
  const step = (index: number, name: string, icon: 'left' | 'chevron'): JSX.Element => {
    const to = linkTo(index);
    return to ? <a class="button ghost icon small" href={to} aria-label={name} title={name}><Icon name={icon} /></a>
      : <button class="button ghost icon small" disabled aria-label={name}><Icon name={icon} /></button>;
  };
  return (
    <div class="viewer-bar">
      <Crumbs crumbs={[
        { name: datasetName || 'Dataset', href: href({ name: 'dataset', id: inference.dataset_id }) },
        { name: modelName(inference.model_id), href: href({ name: 'inference', id: inference._id }) },
      ]} />
      <h1 class="truncate" title={shown[at]?.source_filename}>{shown[at]?.source_filename ?? ''}</h1>
      <span class="viewer-steps">
        {step(at - 1, 'Previous image', 'left')}
        <span class="faint number">{at + 1} / {shown.length}</span>
        {step(at + 1, 'Next image', 'chevron')}
      </span>
      <span class="grow" />
      <label class="compare-choice"><span class="faint">Compare with</span>
        <select class="select small" value={compare} onChange={(event) => {
          const query = new URLSearchParams(location.peek().query);
          query.set('compare', event.currentTarget.value);
          navigate(location.peek().route, query, true);
        }}>
          <option value="">nothing</option>
          {others.map((run) => <option key={run._id} value={run._id}>{`${modelName(run.model_id)}, ${ago(run.created_at)}${paramNote(run)}`}</option>)}
        </select>
      </label>
    </div>
  );
}

function paramNote(run: InferenceSummary): string {
  const entries = Object.entries(run.params).slice(0, 2).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return entries.length ? ` (${entries.join(', ')})` : '';
}

/** One image of a run in the viewer. */
export function ImagePage({ id, fileId }: { id: string; fileId: string }): JSX.Element {
  const { client } = useApp();
  const compareId = location.value.query.get('compare') ?? '';
  const loaded = useLoaded(`image/${id}`, async (signal) => {
    const inference = await getInference(client, id, { signal });
    const [dataset, runs] = await Promise.all([
      getDataset(client, inference.dataset_id, { signal }),
      listInferences(client, { dataset_id: inference.dataset_id, status: 'completed' }, '', { signal }),
    ]);
    return { inference, datasetName: dataset.name, others: runs.items.filter((run) => run._id !== id) };
  });
  const other = useLoaded(`compare/${compareId}`, async (signal) => (compareId ? getInference(client, compareId, { signal }) : null));
  const value = loaded.value;
  const result = value?.inference.results.find((one) => one.original_gridfs_id === fileId && one.status === 'completed');
  useEffect(() => {
    document.title = `${result?.source_filename ?? 'Image'} · IntelliClinix`;
  }, [result]);
  const ready = !compareId || other.value || other.error;
  const error = loaded.error && !value ? loaded.error : value && !result ? 'This run has no result for such an image.' : '';
  return (
    <div class="viewer-page">
      {value ? <Bar inference={value.inference} fileId={fileId} others={value.others} datasetName={value.datasetName} /> : <div class="viewer-bar" />}
      {other.error ? <LoadError message={`The run to compare with cannot be shown: ${other.error}`} /> : null}
      {error ? <div class="page"><LoadError message={error} retry={loaded.reload} /></div> : null}
      {value && result && ready ? <Stage inference={value.inference} fileId={fileId} {...(other.value ? { compareWith: other.value } : {})} /> : null}
    </div>
  );
}
