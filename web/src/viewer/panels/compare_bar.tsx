// What a comparison has found, and the way from one difference to the next.

import type { JSX } from 'preact';
import { Icon } from '../../components/icons';
import { whole } from '../../format';
import { ONLY_HERE, ONLY_THERE } from '../cell_looks';
import { css } from '../colours';
import type { Model } from '../model';
import type { Stages } from '../stages';

export function CompareBar({ model, stages }: { model: Model; stages: Stages }): JSX.Element | null {
  const comparison = model.comparison.value;
  if (!comparison) return null;
  const match = comparison.match.value;
  const problem = comparison.problem.value;
  const close = (
    <button
      class="button ghost icon small"
      aria-label="End the comparison"
      onClick={() => model.change({ compare: '' })}
    >
      <Icon name="close" />
    </button>
  );
  if (problem || !match) {
    return (
      <div class="vw-comparebar">
        <p role={problem ? 'alert' : 'status'} class={problem ? 'error-text' : 'muted'}>
          {problem || `Comparing cells… ${Math.floor(comparison.progress.value * 100)} %`}
        </p>
        <span class="vw-space" />
        {close}
      </div>
    );
  }
  return (
    <div class="vw-comparebar">
      <p role="status" class="number vw-legend">
        <span>{whole(match.pairs.length)} in both</span>
        <span>
          <i style={{ background: css(ONLY_HERE) }} />
          {whole(match.onlyA.length)} only left
        </span>
        <span>
          <i style={{ background: css(ONLY_THERE) }} />
          {whole(match.onlyB.length)} only right
        </span>
      </p>
      <span class="vw-space" />
      <button
        class="button small"
        disabled={match.onlyA.length + match.onlyB.length === 0}
        aria-keyshortcuts="D"
        title="Next difference (D)"
        onClick={() => void stages.nextDifference()}
      >
        Next difference
      </button>
      {close}
    </div>
  );
}
