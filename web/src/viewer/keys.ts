// The keys of the viewer and of its stages. help.tsx tells of them.

import { stepDepth } from '../planes';
import type { Model, Tool } from './model';
import { deleteSelected, mergeSelected } from './panels/correct_panel';
import { autoAll } from './panels/display';
import type { Stages } from './stages';

const TOOLS: Record<string, Tool> = { v: 'select', b: 'draw', x: 'erase', s: 'split' };

/** Does what a key stands for anywhere in the viewer; false when it stands for nothing. */
export function pressKey(event: KeyboardEvent, model: Model, stages: Stages): boolean {
  if (event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return undoKey(event, model);
  return (
    zoomKey(event, stages) || viewKey(event, model, stages) || cellKey(event, model, stages) || toolKey(event, model)
  );
}

/** Does what a key stands for on a stage alone; false when it stands for nothing. */
export function pressStageKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent, stages: Stages): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const step = shiftKey ? 0.02 : 0.12;
  const [right, down] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[
    key
  ] ?? [0, 0];
  if (right || down) stages.lead()?.panBy(right!, down!);
  else if (key === 'Enter') void stages.main?.key(shiftKey);
  else return false;
  return true;
}

function undoKey(event: KeyboardEvent, model: Model): boolean {
  const editing = model.editing.peek();
  const key = event.key.toLowerCase();
  if (!editing || (key !== 'z' && key !== 'y')) return false;
  void (key === 'y' || event.shiftKey ? editing.redo() : editing.undo());
  return true;
}

function zoomKey({ key }: KeyboardEvent, stages: Stages): boolean {
  const stage = stages.lead();
  if (key === '+' || key === '=') stage?.zoomBy(1.5);
  else if (key === '-' || key === '_') stage?.zoomBy(1 / 1.5);
  else if (key === '0') stage?.home();
  else if (key === '1') stages.actualSize();
  else return false;
  return true;
}

function viewKey({ key }: KeyboardEvent, model: Model, stages: Stages): boolean {
  const masks = model.masks.peek();
  const { z, t } = model.state.peek();
  const { depth, times } = model.image.peek()?.view ?? { depth: 1, times: 1 };
  const opacity = (by: number) =>
    model.change({ masks: { ...masks, opacity: Math.min(1, Math.max(0, masks.opacity + by)) } });
  const actions: Record<string, () => void> = {
    '?': () => (model.help.value = true),
    m: () => model.change({ masks: { ...masks, visible: !masks.visible } }),
    f: () => model.change({ masks: { ...masks, mode: masks.mode === 'fill' ? 'outline' : 'fill' } }),
    '[': () => opacity(-0.1),
    ']': () => opacity(0.1),
    a: () => autoAll(model),
    ',': () => model.change({ z: stepDepth(z, -1, depth) }),
    '.': () => model.change({ z: stepDepth(z, 1, depth) }),
    o: () => depth > 1 && model.change({ z: z === 'max' ? Math.floor(depth / 2) : 'max' }),
    '<': () => model.change({ t: Math.max(0, t - 1) }),
    '>': () => model.change({ t: Math.min(times - 1, t + 1) }),
    d: () => void stages.nextDifference(),
  };
  actions[key]?.();
  return key in actions;
}

function cellKey({ key }: KeyboardEvent, model: Model, stages: Stages): boolean {
  const [cell = 0] = model.selected.peek();
  const box = model.cells.peek()?.box(cell);
  const actions: Record<string, () => void> = {
    n: () => model.step(1),
    p: () => model.step(-1),
    z: () => box && model.show(box),
    t: () => {
      model.change({ tab: 'cells' });
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.vw-table')?.focus());
    },
    Escape: () => {
      if (stages.main?.strokes.points.length) stages.main.strokes.cancel();
      else if (model.selected.peek().length > 0) model.select([]);
      else model.tool.value = 'select';
    },
    Delete: () => void deleteSelected(model),
    Backspace: () => void deleteSelected(model),
    g: () => void mergeSelected(model),
  };
  actions[key]?.();
  return key in actions;
}

function toolKey({ key }: KeyboardEvent, model: Model): boolean {
  const tool = TOOLS[key];
  if (tool) {
    model.change({ tab: 'correct' });
    model.tool.value = tool;
  } else if (key === '{' || key === '}') {
    model.brush.value = Math.min(60, Math.max(1, model.brush.value + (key === '}' ? 2 : -2)));
  }
  return tool !== undefined || key === '{' || key === '}';
}
