import type { JSX } from 'preact';
import type { Inference } from '../api/types';
import { labelOf, valueText } from '../form/schema';

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(value)
    : valueText(value);
}

function Facts({ entries }: { entries: [string, unknown][] }): JSX.Element {
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{labelOf(name, {})}</dt>
          <dd class="mono">{textOf(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What made the results: parameters, versions, machine; all that is needed to make them again. */
export function RunDetails({ inference }: { inference: Inference }): JSX.Element {
  const { params, ...made } = inference.provenance;
  const resolved =
    typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : inference.params;
  const facts = Object.entries(made).filter(([, value]) => value !== null && value !== '');
  return (
    <details class="card details">
      <summary>Settings and provenance</summary>
      <div>
        <h3>Settings</h3>
        <Facts entries={Object.entries(resolved)} />
        {facts.length ? (
          <>
            <h3>Made by</h3>
            <Facts entries={facts} />
          </>
        ) : null}
      </div>
    </details>
  );
}
