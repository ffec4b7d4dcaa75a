import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getDataset, listModels, randomKey, startInference } from '../api/calls';
import { messageOf, Problem } from '../api/problem';
import type { Dataset, Model } from '../api/types';
import { useApp } from '../app/context';
import { PageHeader } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { Icon } from '../components/icons';
import { Licence } from '../components/licence';
import { LoadError, Skeleton } from '../components/states';
import { count } from '../format';
import { OF_STACKS } from '../form/schema';
import { SchemaForm, type Errors, type Params } from '../form/schema_form';
import { PreviewPane } from '../preview/preview_pane';
import { href, location, navigate, setQuery } from '../router';

/** The parameters in the address; {} when they are none. */
export function paramsOf(text: string | null): Params {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
  } catch {
    return {};
  }
}

function ModelChoice({ models, chosen }: { models: Model[]; chosen: Model }): JSX.Element {
  return (
    <fieldset class="model-choice">
      <legend class="label">Model</legend>
      {models.map((model) => (
        <div key={model._id} class={`card model-option${model.params ? '' : ' off'}`}>
          <label>
            <input
              type="radio"
              name="model"
              value={model._id}
              checked={model._id === chosen._id}
              disabled={!model.params}
              onChange={() => setQuery({ model: model._id, params: '' })}
            />
            <span>
              <span class="model-name">{model.name}</span>
              <span class="help">{model.params ? model.description : 'This server cannot run it.'}</span>
            </span>
          </label>
          <Licence model={model} />
        </div>
      ))}
    </fieldset>
  );
}

/** All names of channels in a dataset, as far as its files agree with the one that has most. */
function channelNamesOf(dataset: Dataset): string[] {
  const most = dataset.files.reduce((max, file) => Math.max(max, file.channels), 1);
  const named = dataset.files.find((file) => file.channels === most && file.channel_names?.some(Boolean));
  return Array.from({ length: most }, (_, index) => named?.channel_names?.[index] ?? '');
}

function Setup({ dataset, models }: { dataset: Dataset; models: Model[] }): JSX.Element {
  const { client } = useApp();
  const { query } = location.value;
  const usable = models.filter((model) => model.params);
  const model =
    models.find((one) => one._id === query.get('model')) ??
    usable.find((one) => one._id === dataset.model_id) ??
    usable[0] ??
    models[0];
  const file = dataset.files.find((one) => one.gridfs_id === query.get('file')) ?? dataset.files[0];
  const params = useMemo(() => paramsOf(query.get('params')), [query]);
  const [typed, setTyped] = useState<Errors>({});
  const [refused, setRefused] = useState<Errors>({});
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const key = useRef({ of: '', value: '' });
  const modelId = model?._id ?? '';
  useEffect(() => {
    setTyped({});
    setRefused({});
  }, [modelId]);
  const isStack = dataset.files.some(({ depth = 1, times = 1 }) => depth > 1 || times > 1);
  const channelNames = useMemo(() => channelNamesOf(dataset), [dataset]);
  if (!model || !file)
    return <LoadError message={model ? 'This dataset has no images. Add some first.' : 'This server has no models.'} />;
  const start = { dataset_id: dataset._id, model_id: model._id, params };
  const blocked = Object.values(typed).some(Boolean);

  /** A refusal of a parameter that the form has. */
  const atControl = (error: Problem | null): Errors => {
    const [root, name = ''] = error?.field.split('.') ?? [];
    return error && root === 'params' && name in (model.params?.properties ?? {})
      ? { [error.field]: error.message }
      : {};
  };
  const take = (error: Problem | null): void => {
    setRefused(atControl(error));
    setProblem(error && Object.keys(atControl(error)).length === 0 ? messageOf(error) : '');
  };
  const setParams = (next: Params): void => {
    setRefused({});
    setQuery({ params: Object.keys(next).length ? JSON.stringify(next) : '' });
  };
  const run = async (): Promise<void> => {
    const body = JSON.stringify(start);
    // The same key as long as the body is the same: a start whose answer was lost is not made twice.
    if (key.current.of !== body) key.current = { of: body, value: randomKey() };
    setBusy(true);
    try {
      navigate({ name: 'inference', id: await startInference(client, start, key.current.value) });
    } catch (error) {
      if (error instanceof Problem && !error.isConnection) key.current = { of: '', value: '' };
      take(error instanceof Problem ? error : new Problem(0, messageOf(error)));
      setBusy(false);
    }
  };
  const isDefault = Object.keys(params).length === 0;
  return (
    <div class="run-columns">
      <form
        class="run-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!blocked && !busy) void run();
        }}>
        <div class="run-scroll">
          <ModelChoice models={models} chosen={model} />
          <div class="form-head">
            <h2>Settings</h2>
            <button
              type="button"
              class="text-button"
              disabled={isDefault && !blocked}
              onClick={() => {
                setTurn(turn + 1);
                setTyped({});
                setRefused({});
                setQuery({ params: '' });
              }}>
              Reset to defaults
            </button>
          </div>
          <SchemaForm
            key={`${model._id}/${turn}`}
            properties={model.params?.properties ?? {}}
            params={params}
            errors={{ ...refused, ...withText(typed) }}
            channelNames={channelNames}
            first={isStack ? OF_STACKS : []}
            onChange={setParams}
            onError={(path, message) => setTyped((old) => ({ ...old, [path]: message }))}
          />
        </div>
        <footer class="run-foot">
          {problem ? (
            <p class="error-text" role="alert">
              {problem}
            </p>
          ) : null}
          <button class="button primary wide large" disabled={blocked || busy || !model.params}>
            <Icon name="play" />
            {busy ? 'Starting…' : `Run on ${count(dataset.files.length, 'image')}`}
          </button>
        </footer>
      </form>
      <PreviewPane
        start={start}
        file={file}
        files={dataset.files}
        blocked={blocked}
        onFile={(id) => setQuery({ file: id })}
        onParams={setParams}
        onProblem={(error) => setRefused(atControl(error))}
      />
    </div>
  );
}

function withText(errors: Errors): Errors {
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== ''));
}

/** Choose a model, set it up with a look at what it finds, and start it. */
export function RunPage({ id }: { id: string }): JSX.Element {
  const { client } = useApp();
  const loaded = useLoaded(`run/${id}`, (signal) =>
    Promise.all([getDataset(client, id, { signal }), listModels(client, { signal })]),
  );
  const crumbs = [{ name: 'Datasets', href: href({ name: 'datasets' }) }];
  const [dataset, models] = loaded.value ?? [];
  if (dataset) crumbs.push({ name: dataset.name, href: href({ name: 'dataset', id }) });
  return (
    <div class="page fill">
      <PageHeader title="Run a model" crumbs={crumbs} />
      {loaded.error && !loaded.value ? <LoadError message={loaded.error} retry={loaded.reload} /> : null}
      {!loaded.value && !loaded.error ? <Skeleton rows={3} height={120} /> : null}
      {dataset && models ? <Setup dataset={dataset} models={models} /> : null}
    </div>
  );
}
