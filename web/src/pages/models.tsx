import type { JSX } from 'preact';
import { getModel, listModels } from '../api/calls';
import type { ModelDetail } from '../api/types';
import { useApp } from '../app/context';
import { PageHeader } from '../app/page_header';
import { useLoaded } from '../app/use_loaded';
import { Licence } from '../components/licence';
import { LoadError, Skeleton } from '../components/states';
import { bytes, count, dateTime } from '../format';

function ModelCard({ model }: { model: ModelDetail }): JSX.Element {
  const parameters = Object.keys(model.params?.properties ?? {}).length;
  return (
    <article class="card model-card">
      <header>
        <h2>{model.name}</h2>
        {model.params ? null : <span class="badge danger">Not on this server</span>}
        {model.self_test.passed ? (
          <span class="badge success">
            <span class="dot" />
            Self-test passed
          </span>
        ) : null}
      </header>
      <p>{model.description}</p>
      <dl class="facts">
        <div>
          <dt>Licence</dt>
          <dd>
            <Licence model={model} />
          </dd>
        </div>
        <div>
          <dt>Id</dt>
          <dd>
            <code>{model._id}</code>
          </dd>
        </div>
        <div>
          <dt>Runner</dt>
          <dd>
            {model.runner_name}, {count(parameters, 'parameter')}
          </dd>
        </div>
        {model.self_test.checked_at ? (
          <div>
            <dt>Checked</dt>
            <dd>{dateTime(model.self_test.checked_at)}</dd>
          </div>
        ) : null}
        {model.weights ? (
          <>
            <div>
              <dt>Weights</dt>
              <dd>
                {bytes(model.weights.bytes)}, SHA-256{' '}
                <code title={model.weights.sha256}>{model.weights.sha256.slice(0, 12)}…</code>
              </dd>
            </div>
            <div class="wide">
              <dt>Source</dt>
              <dd>{model.weights.source}</dd>
            </div>
          </>
        ) : null}
      </dl>
    </article>
  );
}

/** What can be run, where it comes from and under which licence. */
export function ModelsPage(): JSX.Element {
  const { client } = useApp();
  const loaded = useLoaded('models', async (signal) => {
    const models = await listModels(client, { signal });
    return Promise.all(models.map((model) => getModel(client, model._id, { signal })));
  });
  return (
    <div class="page narrow">
      <PageHeader title="Models" note="What this server can run." />
      {loaded.error && !loaded.value ? <LoadError message={loaded.error} retry={loaded.reload} /> : null}
      {!loaded.value && !loaded.error ? <Skeleton rows={2} height={180} /> : null}
      {loaded.value?.map((model) => (
        <ModelCard key={model._id} model={model} />
      ))}
    </div>
  );
}
