// The viewer's parts on the page.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../components/icons';
import { scaleBar } from './geometry';
import { pressKey, pressStageKey } from './keys';
import type { Model } from './model';
import { columnName, mainColumns, shortNumber } from './names';
import { CellsPanel } from './panels/cells_panel';
import { CompareBar } from './panels/compare_bar';
import { CorrectPanel } from './panels/correct_panel';
import { DisplayPanel } from './panels/display';
import { Help } from './panels/help';
import { Toolbar } from './panels/toolbar';
import type { PointerNote, Stages } from './stages';
import type { Tab } from './state';

const TABS: [Tab, string][] = [['cells', 'Cells'], ['display', 'Display'], ['correct', 'Correct']];

export function Viewer({ model, stages }: { model: Model; stages: Stages }): JSX.Element {
  const name = model.result?.source_filename ?? 'image';
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const keyDown = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && isForViewer(event.target, root.current) && pressKey(event, model, stages)) event.preventDefault();
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
          {model.image.value ? <StageBox model={model} stages={stages} right={false} /> : (
            <div class="vw-stage vw-empty">
              {model.problem.value ? <button class="button" onClick={() => void model.open()}>Try again</button> : null}
            </div>
          )}
          {model.image.value && model.comparison.value ? <StageBox model={model} stages={stages} right /> : null}
        </div>
      </div>
      <Side model={model} />
      <Help model={model} />
    </div>
  );
}

// Where one writes or chooses, keys are for that; so they are for the other parts of the page.
function isForViewer(target: EventTarget | null, root: HTMLElement | null): boolean {
  if (!(target instanceof Element) || target.closest('select, textarea, dialog, input:not([type="range"], [type="checkbox"])')) return false;
  return root?.contains(target) === true || target.contains(root);
}

function StageBox({ model, stages, right }: { model: Model; stages: Stages; right: boolean }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const note = useSignal<PointerNote | null>(null);
  useEffect(() => {
    const box = element.current!;
    const unmount = stages.mount(box, overlay.current!, right);
    const canvas = (right ? stages.other : stages.main)!.stage.canvas;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', `${right ? model.comparison.peek()?.title : model.result?.source_filename ?? 'Image'}. `
      + 'Arrow keys move, plus and minus zoom, Enter selects the cell at the crosshair, question mark shows all keys.');
    if (!right) stages.onPointer = (now) => (note.value = now);
    return unmount;
  }, []);
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === ' ') stages.setHand(true);
    else if (!pressStageKey(event, stages)) return;
    model.keyboard.value = true;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="vw-stage" onKeyDown={keyDown} onKeyUp={(event) => event.key === ' ' && stages.setHand(false)}
      onPointerDown={() => (model.keyboard.value = false)} onBlurCapture={() => (model.keyboard.value = false)}
      data-tool={model.tool.value}>
      <div class="vw-osd" ref={element} />
      <canvas class="vw-overlay" ref={overlay} aria-hidden="true" />
      <ScaleBar model={model} />
      {model.comparison.value ? <div class="vw-name">{right ? model.comparison.value.title : sourceName(model)}</div> : null}
      {right ? null : <Readout model={model} stages={stages} note={note.value} />}
      {right ? null : <Tooltip model={model} note={note.value} />}
    </div>
  );
}

function sourceName(model: Model): string {
  const { source } = model.state.value;
  const correction = model.corrections.value.find(({ gridfs_id: id }) => id === source);
  return correction ? `Correction, version ${correction.version}` : 'This run';
}

function ScaleBar({ model }: { model: Model }): JSX.Element | null {
  const size = model.image.value?.view.pixel_size_um;
  const camera = model.camera.value;
  if (!size || !camera) return null;
  const { pixels, text } = scaleBar(size.x / camera.scale, 140);
  return <div class="vw-scalebar number" role="img" aria-label={`Scale bar: ${text}`}><span style={{ width: `${pixels}px` }} />{text}</div>;
}

function Readout({ model, stages, note }: { model: Model; stages: Stages; note: PointerNote | null }): JSX.Element | null {
  const view = model.image.value?.view;
  if (!note || !view) return null;
  const [x, y] = [Math.floor(note.point.x), Math.floor(note.point.y)];
  if (x < 0 || y < 0 || x >= view.width || y >= view.height) return null;
  const samples = stages.main?.stage.pictures.samples(x, y) ?? [];
  const known = samples.every((sample) => sample !== undefined);
  const shown = view.channels.filter((_, channel) => model.look.value.channels[channel]?.visible);
  const values = shown.map(({ minimum, maximum }, n) => view.stretched === true
    ? shortNumber(minimum + (samples[n] ?? 0) * (maximum - minimum) / 65535) : samples[n]);
  return <div class="vw-readout number" aria-hidden="true">{x}, {y}{known ? <span>{values.join(' · ')}</span> : null}</div>;
}

function Tooltip({ model, note }: { model: Model; note: PointerNote | null }): JSX.Element | null {
  const cells = model.cells.value;
  const label = model.hovered.value;
  if (!note || label <= 0 || model.tool.value !== 'select') return null;
  const columns = cells ? mainColumns(cells.measurements).slice(0, 5) : [];
  const { x, y } = note;
  const flip = x > note.width - 220;
  const rise = y > note.height - 150;
  return (
    <div class="vw-tip" aria-hidden="true"
      style={{ transform: `translate(${x + (flip ? -14 : 14)}px, ${y + (rise ? -12 : 14)}px) translate(${flip ? '-100%' : '0'}, ${rise ? '-100%' : '0'})` }}>
      <strong>Cell {label}</strong>
      <dl class="number">
        {columns.map((column) => (
          <div key={column}><dt>{columnName(column, model.channelNames)}</dt><dd>{shortNumber(cells!.value(label, column))}</dd></div>
        ))}
      </dl>
    </div>
  );
}

const NOTICE_MS = 8000;

function Messages({ model }: { model: Model }): JSX.Element {
  const problem = model.problem.value;
  const notice = model.notice.value;
  useEffect(() => {
    const timer = window.setTimeout(() => (model.notice.value = ''), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);
  return (
    <div class="vw-messages">
      {problem ? (
        <div class="notice danger" role="alert">
          <span>{problem}</span>
          <button class="button ghost icon small" aria-label="Close" onClick={() => (model.problem.value = '')}><Icon name="close" /></button>
        </div>
      ) : null}
      <div role="status">
        {notice ? (
          <div class="notice">
            <span>{notice}</span>
            <button class="button ghost icon small" aria-label="Close" onClick={() => (model.notice.value = '')}><Icon name="close" /></button>
          </div>
        ) : null}
      </div>
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
          <button key={id} id={`vw-tab-${id}`} role="tab" aria-selected={tab === id} aria-controls="vw-panel"
            tabIndex={tab === id ? 0 : -1} onClick={() => choose(id)}>{title}</button>
        ))}
      </div>
      <div id="vw-panel" class="vw-body" role="tabpanel" aria-labelledby={`vw-tab-${tab}`}>
        {tab === 'cells' ? <CellsPanel model={model} /> : tab === 'display' ? <DisplayPanel model={model} /> : <CorrectPanel model={model} />}
      </div>
    </section>
  );
}
