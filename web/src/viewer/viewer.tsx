// The viewer's parts on the page.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { pressKey, pressStageKey } from './keys';
import type { Model } from './model';
import { CellsPanel } from './panels/cells_panel';
import { CompareBar } from './panels/compare_bar';
import { CorrectPanel } from './panels/correct_panel';
import { DisplayPanel } from './panels/display';
import { Help } from './panels/help';
import { PlaneBar } from './panels/plane_bar';
import { Messages, Readout, ScaleBar, sourceName, Tooltip } from './panels/stage_notes';
import { Toolbar } from './panels/toolbar';
import type { PointerNote, Stages } from './stages';
import type { Tab } from './state';

const TABS: [Tab, string][] = [
  ['cells', 'Cells'],
  ['display', 'Display'],
  ['correct', 'Correct'],
];

export function Viewer({ model, stages }: { model: Model; stages: Stages }): JSX.Element {
  const name = model.result?.source_filename ?? 'image';
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const keyDown = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && isForViewer(event.target, root.current) && pressKey(event, model, stages))
        event.preventDefault();
    };
    document.addEventListener('keydown', keyDown);
    return () => document.removeEventListener('keydown', keyDown);
  }, []);
  return (
    <div class={`vw${model.comparison.value ? ' two' : ''}`} aria-label={`Viewer of ${name}`} role="region" ref={root}>
      <div class="vw-main">
        <Toolbar model={model} stages={stages} />
        <CompareBar model={model} stages={stages} />
        <div class="vw-stages">
          <Messages model={model} />
          {model.image.value ? (
            <StageBox model={model} stages={stages} right={false} />
          ) : (
            <div class="vw-stage vw-empty">
              {model.problem.value ? (
                <button class="button" onClick={() => void model.open()}>
                  Try again
                </button>
              ) : null}
            </div>
          )}
          {model.image.value && model.comparison.value ? <StageBox model={model} stages={stages} right /> : null}
        </div>
        <PlaneBar model={model} />
      </div>
      <Side model={model} />
      <Help model={model} />
    </div>
  );
}

// Where one writes or chooses, keys are for that; so they are for the other parts of the page.
function isForViewer(target: EventTarget | null, root: HTMLElement | null): boolean {
  if (
    !(target instanceof Element) ||
    target.closest('select, textarea, dialog, input:not([type="range"], [type="checkbox"])')
  )
    return false;
  return root?.contains(target) === true || target.contains(root);
}

function StageBox({ model, stages, right }: { model: Model; stages: Stages; right: boolean }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const note = useSignal<PointerNote | null>(null);
  useEffect(() => {
    const box = element.current!;
    const unmount = stages.mount(box, overlay.current!, right);
    if (!right) stages.onPointer = (now) => (note.value = now);
    return unmount;
  }, []);
  const title = right ? model.comparison.value?.title : (model.result?.source_filename ?? 'Image');
  useEffect(() => {
    const canvas = (right ? stages.other : stages.main)!.stage.canvas;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute(
      'aria-label',
      `${title}. ` +
        'Arrow keys move, plus and minus zoom, Enter selects the cell at the crosshair, question mark shows all keys.',
    );
  }, [title]);
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === ' ') stages.setHand(true);
    else if (!pressStageKey(event, stages)) return;
    model.keyboard.value = true;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="vw-stage"
      onKeyDown={keyDown}
      onKeyUp={(event) => event.key === ' ' && stages.setHand(false)}
      onPointerDown={() => (model.keyboard.value = false)}
      onBlurCapture={() => (model.keyboard.value = false)}
      data-tool={model.tool.value}
    >
      <div class="vw-osd" ref={element} />
      <canvas class="vw-overlay" ref={overlay} aria-hidden="true" />
      <ScaleBar model={model} />
      {model.comparison.value ? (
        <div class="vw-name">{right ? model.comparison.value.title : sourceName(model)}</div>
      ) : null}
      {right ? null : <Readout model={model} stages={stages} note={note.value} />}
      {right ? null : <Tooltip model={model} note={note.value} />}
    </div>
  );
}

function Side({ model }: { model: Model }): JSX.Element {
  const { tab } = model.state.value;
  const choose = (to: Tab): void => {
    model.change({ tab: to });
    if (to !== 'correct') model.tool.value = 'select';
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.findIndex(([id]) => id === tab) + step + TABS.length) % TABS.length]!;
    choose(next[0]);
    event.preventDefault();
    document.getElementById(`vw-tab-${next[0]}`)?.focus();
  };
  return (
    <section class="vw-side" aria-label="Panel">
      <div class="vw-tabs" role="tablist" onKeyDown={key}>
        {TABS.map(([id, title]) => (
          <button
            key={id}
            id={`vw-tab-${id}`}
            role="tab"
            aria-selected={tab === id}
            aria-controls="vw-panel"
            tabIndex={tab === id ? 0 : -1}
            onClick={() => choose(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="vw-panel" class="vw-body" role="tabpanel" aria-labelledby={`vw-tab-${tab}`}>
        {tab === 'cells' ? (
          <CellsPanel model={model} />
        ) : tab === 'display' ? (
          <DisplayPanel model={model} />
        ) : (
          <CorrectPanel model={model} />
        )}
      </div>
    </section>
  );
}
