import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { messageOf } from '../api/problem';
import type { Artifact, ImageResult, Inference, SourceFile } from '../api/types';
import { useApp } from '../app/context';
import { Dialog } from '../components/dialog';
import { Icon } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { Empty } from '../components/states';
import { Thumbnail } from '../components/thumbnails';
import { VirtualList } from '../components/virtual_list';
import { download } from '../download';
import { bytes, count, decimal, whole } from '../format';
import { href, location, setQuery } from '../router';

/** A row: an image with what became of it, as far as that is known. */
export interface ResultRow {
  fileId: string;
  name: string;
  result: ImageResult | null;
}

export type SortKey = 'name' | 'cells' | 'diameter' | 'warnings' | 'seconds';

export function secondsOf(result: ImageResult | null): number {
  const stages = result?.timings_ms ?? {};
  const all = stages['total'] ?? Object.values(stages).reduce((sum, stage) => sum + stage, 0);
  return all / 1000;
}

const VALUES: Record<SortKey, (row: ResultRow) => number | string> = {
  name: (row) => row.name,
  cells: (row) => row.result?.objects ?? -1,
  diameter: (row) => row.result?.diameter ?? -1,
  warnings: (row) => (row.result?.status === 'failed' ? 1000 : (row.result?.warnings.length ?? -1)),
  seconds: (row) => secondsOf(row.result),
};

const BY_NAME = new Intl.Collator('en', { numeric: true });

/** Sorted by a column (`-cells`: from the top down); '' leaves the order of the dataset. */
export function sortRows(rows: readonly ResultRow[], order: string): ResultRow[] {
  const key = order.replace(/^-/, '') as SortKey;
  const value = VALUES[key];
  if (!value) return [...rows];
  const sign = order.startsWith('-') ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const difference = typeof left === 'number' ? left - Number(right) : BY_NAME.compare(left, String(right));
    return sign * difference || BY_NAME.compare(a.name, b.name);
  });
}

/** The results, or before they are there the files that are run. */
export function rowsOf(inference: Inference, files: SourceFile[]): ResultRow[] {
  if (inference.results.length) {
    return inference.results.map((result) => ({
      fileId: result.original_gridfs_id,
      name: result.source_filename,
      result,
    }));
  }
  return files.map((file) => ({ fileId: file.gridfs_id, name: file.filename, result: null }));
}

const COLUMNS: [SortKey, string][] = [
  ['name', 'Image'],
  ['cells', 'Cells'],
  ['diameter', 'Diameter'],
  ['warnings', 'Warnings'],
  ['seconds', 'Seconds'],
];

function Head({ order }: { order: string }): JSX.Element {
  return (
    <div class="result-head">
      {COLUMNS.map(([key, name]) => {
        const up = order === key;
        const down = order === `-${key}`;
        const next = down ? key : up ? '' : key === 'name' ? key : `-${key}`;
        return (
          <button
            key={key}
            class={`sort ${key}`}
            aria-label={`Sort by ${name.toLowerCase()}`}
            aria-pressed={up || down}
            onClick={() => setQuery({ sort: key === 'name' && up ? '-name' : next })}>
            {name}
            <span class={`sort-mark${up || down ? ' on' : ''}`}>
              <Icon name={up ? 'up' : 'down'} />
            </span>
          </button>
        );
      })}
      <span />
    </div>
  );
}

/** What an artifact is; of those that an image has one of for each plane in depth, of which plane. */
export function artifactTitle(artifact: Artifact, all: readonly Artifact[]): string {
  const alike = all.filter(({ kind }) => kind === artifact.kind);
  const name = artifact.kind.replaceAll('_', ' ');
  return alike.length > 1 ? `${name}, plane ${alike.indexOf(artifact) + 1}` : name;
}

function ArtifactMenu({ artifacts, name }: { artifacts: Artifact[]; name: string }): JSX.Element {
  const { client, toasts } = useApp();
  const save = (artifact: Artifact): void => {
    download(client, `/api/files/${artifact.gridfs_id}`, artifact.filename).catch((error: unknown) =>
      toasts.show(messageOf(error), 'error'),
    );
  };
  return (
    <Menu
      button={<Icon name="download" />}
      label={`Download one result of ${name}`}
      buttonClass="button ghost icon small">
      {(close) =>
        artifacts.map((artifact) => (
          <MenuItem
            key={artifact.gridfs_id}
            onSelect={() => {
              close();
              save(artifact);
            }}>
            <span class="grow">{artifactTitle(artifact, artifacts)}</span>
            <span class="faint number">{bytes(artifact.bytes)}</span>
          </MenuItem>
        ))
      }
    </Menu>
  );
}

/** The first thing that makes a result doubtful; a click shows all of them. */
function Warnings({ result }: { result: ImageResult }): JSX.Element {
  const [open, setOpen] = useState(false);
  const failed = result.status === 'failed';
  const texts = failed ? [result.error?.detail ?? 'It failed, and the server gives no reason.'] : result.warnings;
  const [first] = texts;
  if (!first) return <span class="faint">–</span>;
  const text = texts.length > 1 ? `${count(texts.length, 'warning')}: ${first}` : first;
  return (
    <>
      <button class={`result-warning${failed ? ' danger' : ''}`} title={texts.join('\n')} onClick={() => setOpen(true)}>
        <Icon name={failed ? 'error' : 'warning'} />
        <span class="truncate">{text}</span>
      </button>
      {open ? (
        <Dialog title={result.source_filename} onClose={() => setOpen(false)}>
          {texts.map((one) => (
            <p key={one} class={`notice ${failed ? 'danger' : 'warning'}`}>
              <Icon name={failed ? 'error' : 'warning'} />
              <span>{one}</span>
            </p>
          ))}
        </Dialog>
      ) : null}
    </>
  );
}

function Row({ row, inferenceId, tabIndex }: { row: ResultRow; inferenceId: string; tabIndex: number }): JSX.Element {
  const { result } = row;
  const done = result?.status === 'completed';
  const name = (
    <>
      <Thumbnail fileId={row.fileId} size={64} />
      <span class="truncate" title={row.name}>
        {row.name}
      </span>
    </>
  );
  return (
    <div class="result-row">
      {done ? (
        <a class="result-name" tabIndex={tabIndex} href={href({ name: 'image', id: inferenceId, file: row.fileId })}>
          {name}
        </a>
      ) : (
        <span class="result-name" tabIndex={tabIndex}>
          {name}
        </span>
      )}
      <span class={`number cells${result?.objects === 0 ? ' faint' : ''}`}>{done ? whole(result.objects) : '–'}</span>
      <span class="number muted diameter">{done && result.objects > 0 ? `${decimal(result.diameter)} px` : '–'}</span>
      {result ? <Warnings result={result} /> : <span class="faint">–</span>}
      <span class="number muted seconds">{result && secondsOf(result) > 0 ? decimal(secondsOf(result), 1) : '–'}</span>
      {result?.artifacts.length ? <ArtifactMenu artifacts={result.artifacts} name={row.name} /> : <span />}
    </div>
  );
}

/** The images of a run: what was found in each, what makes it doubtful; leads to the viewer. */
export function ResultsTable({ inference, files }: { inference: Inference; files: SourceFile[] }): JSX.Element {
  const { query } = location.value;
  const search = query.get('q') ?? '';
  const order = query.get('sort') ?? '';
  const all = useMemo(() => rowsOf(inference, files), [inference, files]);
  const rows = useMemo(() => {
    const wanted = search.toLowerCase();
    return sortRows(
      all.filter((row) => row.name.toLowerCase().includes(wanted)),
      order,
    );
  }, [all, search, order]);
  return (
    <section class="results" aria-label="Images">
      <div class="toolbar">
        <label class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            placeholder="Filter by name"
            aria-label="Filter images by name"
            value={search}
            onInput={(event) => setQuery({ q: event.currentTarget.value })}
          />
        </label>
        <span class="faint number" role="status">
          {search ? `${whole(rows.length)} of ${count(all.length, 'image')}` : count(all.length, 'image')}
        </span>
      </div>
      <div class="card result-table">
        <Head order={order} />
        {rows.length === 0 && search ? <Empty icon="search" title="No image has such a name" /> : null}
        <VirtualList items={rows} itemKey={(row) => row.fileId} rowHeight={48} label="Images of the run">
          {(row, tabIndex) => <Row row={row} inferenceId={inference._id} tabIndex={tabIndex} />}
        </VirtualList>
      </div>
    </section>
  );
}
