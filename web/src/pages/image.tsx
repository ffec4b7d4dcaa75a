import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { getDataset, getInference } from '../api/calls';
import { messageOf } from '../api/problem';
import type { Inference } from '../api/types';
import { useApp } from '../app/context';
import { useModelNames } from '../app/model_names';
import { Crumbs } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { Icon } from '../components/icons';
import { LoadError } from '../components/states';
import { href, location, navigate } from '../router';
import type { ViewerHandle } from '../viewer/types';

/** OpenSeadragon puts a <style> into the page, which its policy forbids, unless it finds one; this one has no namespace. */
function keepStyleOut(): void {
  if (document.querySelector('style[data-openseadragon-mobile-css]')) return;
  const mark = document.createElementNS(null, 'style');
  mark.setAttribute('data-openseadragon-mobile-css', '');
  document.head.append(mark);
}

function Stage({ inference, fileId }: { inference: Inference; fileId: string }): JSX.Element {
  const { client } = useApp();
  const element = useRef<HTMLDivElement>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    let viewer: ViewerHandle | null = null;
    let gone = false;
    // The viewer is the larger half of the page's code, so it comes when it is needed.
    import('../viewer')
      .then(({ mountViewer }) => {
        if (gone || !element.current) return;
        keepStyleOut();
        viewer = mountViewer(element.current, {
          client,
          inference,
          imageId: fileId,
          state: Object.fromEntries(location.peek().query),
          onState: (state) => {
            const { route } = location.peek();
            if (route.name === 'image' && route.id === inference._id && route.file === fileId)
              navigate(route, state, true);
          },
        });
      })
      .catch((problem: unknown) => setError(messageOf(problem)));
    return () => {
      gone = true;
      viewer?.destroy();
    };
  }, [inference, fileId]);
  return error ? (
    <div class="page">
      <LoadError message={error} />
    </div>
  ) : (
    <div ref={element} class="viewer-stage" />
  );
}

interface BarProps {
  inference: Inference;
  fileId: string;
  datasetName: string;
}

/** What leads to the other images. */
function Bar({ inference, fileId, datasetName }: BarProps): JSX.Element {
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
    return to ? (
      <a class="button ghost icon small" href={to} aria-label={name} title={name}>
        <Icon name={icon} />
      </a>
    ) : (
      <button class="button ghost icon small" disabled aria-label={name}>
        <Icon name={icon} />
      </button>
    );
  };
  return (
    <div class="viewer-bar">
      <Crumbs
        crumbs={[
          { name: datasetName || 'Dataset', href: href({ name: 'dataset', id: inference.dataset_id }) },
          { name: modelName(inference.model_id), href: href({ name: 'inference', id: inference._id }) },
        ]}
      />
      <h1 class="truncate" title={shown[at]?.source_filename}>
        {shown[at]?.source_filename ?? ''}
      </h1>
      <span class="viewer-steps">
        {step(at - 1, 'Previous image', 'left')}
        <span class="faint number">
          {at + 1} / {shown.length}
        </span>
        {step(at + 1, 'Next image', 'chevron')}
      </span>
    </div>
  );
}

/** One image of a run in the viewer. */
export function ImagePage({ id, fileId }: { id: string; fileId: string }): JSX.Element {
  const { client } = useApp();
  const loaded = useLoaded(`image/${id}`, async (signal) => {
    const inference = await getInference(client, id, { signal });
    const dataset = await getDataset(client, inference.dataset_id, { signal });
    return { inference, datasetName: dataset.name };
  });
  const value = loaded.value;
  const result = value?.inference.results.find(
    (one) => one.original_gridfs_id === fileId && one.status === 'completed',
  );
  useEffect(() => {
    document.title = `${result?.source_filename ?? 'Image'} · IntelliClinix`;
  }, [result]);
  const error =
    loaded.error && !value ? loaded.error : value && !result ? 'This run has no result for such an image.' : '';
  return (
    <div class="viewer-page">
      {value ? (
        <Bar inference={value.inference} fileId={fileId} datasetName={value.datasetName} />
      ) : (
        <div class="viewer-bar" />
      )}
      {error ? (
        <div class="page">
          <LoadError message={error} retry={loaded.reload} />
        </div>
      ) : null}
      {value && result ? <Stage inference={value.inference} fileId={fileId} /> : null}
    </div>
  );
}
