import type { JSX } from 'preact';
import { Dialog } from '../../components/dialog';
import type { Model } from '../model';

const KEYS: [string, [string, string][]][] = [
  [
    'Look',
    [
      ['Arrow keys', 'Move; with Shift a little'],
      ['+ −', 'Zoom in, out'],
      ['0', 'Fit the image'],
      ['1', 'Show at 100 %'],
      ['M', 'Masks on, off'],
      ['F', 'Outline or fill'],
      ['[ ]', 'Fainter, stronger masks'],
      ['A', 'Auto contrast'],
      [', .', 'Plane before, next plane (z)'],
      ['O', 'All planes as one, by their maximum'],
      ['< >', 'Time before, next time (t)'],
    ],
  ],
  [
    'Cells',
    [
      ['Click', 'Select; with Shift one more'],
      ['Enter', 'Select at the crosshair'],
      ['N P', 'Next, previous in the table'],
      ['Z', 'Show the selected cell'],
      ['Esc', 'Select nothing'],
      ['D', 'Next difference of a comparison'],
      ['T', 'To the table of cells'],
    ],
  ],
  [
    'Correct',
    [
      ['V B X S', 'Select, draw, erase, split'],
      ['Del', 'Delete the selected cells'],
      ['G', 'Merge the selected cells'],
      ['Enter', 'Dab of the brush, ends of a cut, at the crosshair'],
      ['Shift [ ]', 'Smaller, larger brush'],
      ['Space + drag', 'Move while a tool is chosen'],
      ['Ctrl Z', 'Undo; with Shift redo'],
    ],
  ],
];

/** All keys of the viewer. */
export function Help({ model }: { model: Model }): JSX.Element | null {
  if (!model.help.value) return null;
  return (
    <Dialog title="Keys" wide onClose={() => (model.help.value = false)}>
      <p class="muted vw-helptext">
        They work while the image has the focus. On a touch screen, two fingers move and zoom.
      </p>
      <div class="vw-keys">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={does}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
