// The versions of an image's masks, with the scores of the machine's.

import type { JSX } from 'preact';
import type { Correction } from '../../api/types';
import { count, dateTime } from '../../format';
import type { Model } from '../model';
import { correctionId } from '../rivals';

/** The machine's mask and its corrections; any of them can be shown. */
export function Versions({ model }: { model: Model }): JSX.Element | null {
  const corrections = model.corrections.value;
  const { source } = model.state.value;
  if (corrections.length === 0) return null;
  const change = (id: string): void => {
    model.selected.value = [];
    model.change({ source: id, cell: 0 });
  };
  return (
    <section aria-label="Versions of the masks">
      <h2>Versions</h2>
      <ul class="vw-versions">
        {corrections.map((one) => (
          <Version
            key={one._id}
            correction={one}
            shown={source === one.gridfs_id}
            onShow={() => change(one.gridfs_id)}
            onCompare={() => {
              change('');
              model.change({ compare: correctionId(one.gridfs_id) });
            }}
          />
        ))}
        <li class={source === '' ? 'shown' : ''}>
          <button class="vw-version" aria-pressed={source === ''} onClick={() => change('')}>
            <strong>The machine's mask</strong>
            <span class="faint number">{count(corrections[0]!.machine_objects, 'cell')}</span>
          </button>
        </li>
      </ul>
    </section>
  );
}

interface VersionProps {
  correction: Correction;
  shown: boolean;
  onShow: () => void;
  onCompare: () => void;
}

function Version({ correction, shown, onShow, onCompare }: VersionProps): JSX.Element {
  const { version, objects, scores, note, created_at: at } = correction;
  return (
    <li class={shown ? 'shown' : ''}>
      <button class="vw-version" aria-pressed={shown} onClick={onShow}>
        <strong>Version {version}</strong>
        <span class="faint number">
          {count(objects, 'cell')} · {dateTime(at)}
        </span>
        {note ? <span class="vw-note">{note}</span> : null}
      </button>
      <div class="vw-scores number" role="group" aria-label="The machine's mask against this version">
        <dl>
          <div>
            <dt title="Average precision at an intersection over union of 0.5">AP 0.5</dt>
            <dd>{scores.ap50.toFixed(3)}</dd>
          </div>
          <div>
            <dt title="Average precision at an intersection over union of 0.75">AP 0.75</dt>
            <dd>{scores.ap75.toFixed(3)}</dd>
          </div>
          <div>
            <dt title="F1 at an intersection over union of 0.5">F1</dt>
            <dd>{scores.f1.toFixed(3)}</dd>
          </div>
        </dl>
        <button
          class="button ghost small"
          aria-label={`Compare version ${version} with the machine's mask`}
          onClick={onCompare}
        >
          Compare
        </button>
      </div>
    </li>
  );
}
