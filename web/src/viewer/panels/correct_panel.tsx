// The panel of corrections: tools, history, saving, and what was saved before.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { count } from '../../format';
import type { Model, Tool } from '../model';
import { Slider } from './slider';
import { ToolIcon } from './tool_icons';
import { Versions } from './versions';

const TOOLS: { tool: Tool; name: string; key: string; hint: string }[] = [
  {
    tool: 'select',
    name: 'Select',
    key: 'V',
    hint: 'Click a cell; with Shift, one more. Then delete it or merge them.',
  },
  {
    tool: 'draw',
    name: 'Draw',
    key: 'B',
    hint: 'Paints on background: the selected cell grows, or with none selected a new one begins.',
  },
  {
    tool: 'erase',
    name: 'Erase',
    key: 'X',
    hint: 'Takes away from the selected cell, or with none selected from any.',
  },
  { tool: 'split', name: 'Split', key: 'S', hint: 'Draw a line across a cell, from one side to the other.' },
];

export function CorrectPanel({ model }: { model: Model }): JSX.Element {
  const editing = model.editing.value;
  if (!editing) {
    return (
      <div class="vw-panel">
        <p class="muted" role="status">
          {!model.correctable
            ? 'This run has masks of each plane, and a correction is of one. Run the plane on its own to correct its masks.'
            : model.elsewhere.value
              ? 'These masks are being corrected in another tab. Go on there, or close it and load this page again.'
              : 'Masks can be corrected when their cells are loaded.'}
        </p>
        <Versions model={model} />
      </div>
    );
  }
  const tool = model.tool.value;
  return (
    <div class="vw-panel vw-correct">
      <div class="vw-tools" role="radiogroup" aria-label="Tool">
        {TOOLS.map((one) => (
          <button
            key={one.tool}
            role="radio"
            aria-checked={tool === one.tool}
            title={`${one.name} (${one.key})`}
            aria-keyshortcuts={one.key}
            onClick={() => (model.tool.value = one.tool)}
          >
            <ToolIcon name={one.tool} />
            {one.name}
          </button>
        ))}
      </div>
      <p class="faint vw-hint">{TOOLS.find((one) => one.tool === tool)!.hint}</p>
      {tool === 'draw' || tool === 'erase' ? (
        <Slider
          label="Brush"
          text={`${model.brush.value} px`}
          value={model.brush.value}
          min={1}
          max={60}
          step={1}
          onChange={(size) => (model.brush.value = size)}
        />
      ) : null}
      <SelectionActions model={model} />
      <HistoryActions model={model} />
      <Save model={model} />
      <Versions model={model} />
    </div>
  );
}

function SelectionActions({ model }: { model: Model }): JSX.Element {
  const selected = model.selected.value;
  return (
    <div class="vw-row">
      <button
        class="button small"
        disabled={selected.length === 0}
        aria-keyshortcuts="Delete"
        title="Delete (Del)"
        onClick={() => void deleteSelected(model)}
      >
        {selected.length > 1 ? `Delete ${selected.length}` : 'Delete'}
      </button>
      <button
        class="button small"
        disabled={selected.length < 2}
        aria-keyshortcuts="G"
        title="Merge (G)"
        onClick={() => void mergeSelected(model)}
      >
        Merge
      </button>
      <span class="faint number">
        {selected.length === 0
          ? 'No cell selected'
          : selected.length === 1
            ? `Cell ${selected[0]}`
            : count(selected.length, 'cell')}
      </span>
    </div>
  );
}

export async function deleteSelected(model: Model): Promise<void> {
  const selected = model.selected.peek();
  if (selected.length > 0 && (await model.editing.peek()?.delete(selected))) model.select([]);
}

export async function mergeSelected(model: Model): Promise<void> {
  const selected = model.selected.peek();
  if (selected.length > 1 && (await model.editing.peek()?.merge(selected))) model.select(selected.slice(0, 1));
}

function HistoryActions({ model }: { model: Model }): JSX.Element | null {
  const editing = model.editing.value;
  if (!editing) return null;
  editing.version.value;
  return (
    <div class="vw-row">
      <button
        class="button small"
        disabled={!editing.undoTitle}
        title={editing.undoTitle || 'Nothing to undo'}
        aria-keyshortcuts="Control+Z"
        onClick={() => void editing.undo()}
      >
        Undo
      </button>
      <button
        class="button small"
        disabled={!editing.redoTitle}
        title={editing.redoTitle || 'Nothing to do again'}
        aria-keyshortcuts="Control+Shift+Z"
        onClick={() => void editing.redo()}
      >
        Redo
      </button>
      <span class="faint truncate">{editing.undoTitle}</span>
    </div>
  );
}

function Save({ model }: { model: Model }): JSX.Element | null {
  const editing = model.editing.value;
  const note = useSignal('');
  const asks = useSignal(false);
  const busy = useSignal(false);
  if (!editing) return null;
  editing.version.value;
  const save = async (): Promise<void> => {
    busy.value = true;
    const correction = await model.save(note.value.trim());
    busy.value = false;
    if (correction) {
      note.value = '';
      model.notice.value = `Saved as version ${correction.version}.`;
    }
  };
  if (editing.count === 0) return <p class="faint vw-hint">No unsaved edits.</p>;
  return (
    <section class="vw-save" aria-label="Save">
      <p class="number">
        <strong>{count(editing.count, 'edit')}</strong> <span class="muted">not saved, kept in this browser</span>
      </p>
      <input
        class="input"
        type="text"
        maxLength={1000}
        placeholder="Note (optional)"
        aria-label="Note of the correction"
        value={note.value}
        onInput={(event) => (note.value = event.currentTarget.value)}
      />
      {asks.value ? (
        <div class="vw-row" role="group" aria-label="Discard all edits?">
          <button
            class="button small danger"
            onClick={() => {
              asks.value = false;
              void editing.discard();
            }}
          >
            Discard {count(editing.count, 'edit')}
          </button>
          <button class="button small" onClick={() => (asks.value = false)}>
            Keep
          </button>
        </div>
      ) : (
        <div class="vw-row">
          <button class="button primary small" disabled={busy.value} onClick={() => void save()}>
            {busy.value ? 'Saving…' : 'Save correction'}
          </button>
          <button class="button small ghost" disabled={busy.value} onClick={() => (asks.value = true)}>
            Discard…
          </button>
        </div>
      )}
    </section>
  );
}
