// Under the image of a stack: which plane of it is shown, and whether the masks are of that plane.

import type { JSX } from 'preact';
import { otherPlaneText } from '../../planes';
import type { Model } from '../model';
import { Slider } from './slider';

export function PlaneBar({ model }: { model: Model }): JSX.Element | null {
  const view = model.image.value?.view;
  if (!view || (view.depth < 2 && view.times < 2)) return null;
  const { z, t, source } = model.state.value;
  const planes = [
    { name: 'Depth (z)', member: 'z', count: view.depth, value: z },
    { name: 'Time (t)', member: 't', count: view.times, value: t },
  ].filter(({ count }) => count > 1);
  return (
    <div class="vw-planes" role="group" aria-label="Plane">
      {planes.map(({ name, member, count, value }) => (
        <Slider
          key={member}
          label={name}
          text={`${value + 1} of ${count}`}
          value={value}
          min={0}
          max={count - 1}
          step={1}
          compact
          onChange={(index) => model.change({ [member]: index })}
        />
      ))}
      <span class="faint" role="status">
        {source ? '' : otherPlaneText(model.maskPlanes, { z, t })}
      </span>
    </div>
  );
}
