// Under the image of a stack: which plane of it is shown, and whether the masks are of that plane.

import type { JSX } from 'preact';
import { otherPlaneText, PROJECTIONS } from '../../planes';
import type { Model } from '../model';
import { Slider } from './slider';

const TITLES = { max: 'Max', mean: 'Mean' };

export function PlaneBar({ model }: { model: Model }): JSX.Element | null {
  const view = model.image.value?.view;
  if (!view || (view.depth < 2 && view.times < 2)) return null;
  const { z, t, source } = model.state.value;
  return (
    <div class="vw-planes" role="group" aria-label="Plane">
      {view.depth > 1 ? <DepthControls model={model} depth={view.depth} /> : null}
      {view.times > 1 ? (
        <Slider
          label="Time (t)"
          text={`${t + 1} of ${view.times}`}
          value={t}
          min={0}
          max={view.times - 1}
          step={1}
          compact
          onChange={(index) => model.change({ t: index })}
        />
      ) : null}
      <span class="faint" role="status">
        {source ? '' : otherPlaneText(model.maskPlanes, { z, t })}
      </span>
    </div>
  );
}

/** One plane in depth, or all of them as one. */
function DepthControls({ model, depth }: { model: Model; depth: number }): JSX.Element {
  const { z } = model.state.value;
  const middle = Math.floor(depth / 2);
  return (
    <>
      <Slider
        label="Depth (z)"
        text={typeof z === 'number' ? `${z + 1} of ${depth}` : `${PROJECTIONS[z]} of ${depth}`}
        value={typeof z === 'number' ? z : middle}
        min={0}
        max={depth - 1}
        step={1}
        compact
        onChange={(index) => model.change({ z: index })}
      />
      <div class="vw-segments" role="group" aria-label="All planes as one">
        {(['max', 'mean'] as const).map((projection) => (
          <button
            key={projection}
            aria-pressed={z === projection}
            aria-label={`${TITLES[projection]} of all planes`}
            onClick={() => model.change({ z: z === projection ? middle : projection })}>
            {TITLES[projection]}
          </button>
        ))}
      </div>
    </>
  );
}
