import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Dataset, SourceFile } from '../api/types';
import { Icon } from '../components/icons';
import { Empty } from '../components/states';
import { Thumbnail } from '../components/thumbnails';
import { VirtualList } from '../components/virtual_list';
import { bytes, count, whole } from '../format';
import { location, setQuery } from '../router';

/** "1,024 × 768 · 16 bit · 3 channels · 12 planes" */
export function factsOf(file: SourceFile): string {
  const parts = [`${whole(file.width)} × ${whole(file.height)}`, `${file.bit_depth} bit`];
  if (file.channels > 1) parts.push(count(file.channels, 'channel'));
  if ((file.depth ?? 1) > 1) parts.push(count(file.depth ?? 1, 'plane'));
  if ((file.times ?? 1) > 1) parts.push(count(file.times ?? 1, 'time point'));
  return parts.join(' · ');
}

/** The images of a dataset, as pictures or as a list; `linkOf` says where each leads. */
export function Images({ dataset, linkOf }: { dataset: Dataset; linkOf: (file: SourceFile) => string }): JSX.Element {
  const { query } = location.value;
  const search = query.get('q') ?? '';
  const view = query.get('view') === 'list' ? 'list' : 'grid';
  const files = useMemo(() => {
    const wanted = search.toLowerCase();
    return wanted ? dataset.files.filter((file) => file.filename.toLowerCase().includes(wanted)) : dataset.files;
  }, [dataset, search]);
  return (
    <section class="images" aria-label="Images">
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
          {search ? `${whole(files.length)} of ${count(dataset.files.length, 'image')}` : count(files.length, 'image')}
        </span>
        <span class="grow" />
        <div class="segmented" role="group" aria-label="How images are shown">
          <button
            aria-pressed={view === 'grid'}
            aria-label="Pictures"
            title="Pictures"
            onClick={() => setQuery({ view: '' })}>
            <Icon name="grid" />
          </button>
          <button
            aria-pressed={view === 'list'}
            aria-label="List"
            title="List"
            onClick={() => setQuery({ view: 'list' })}>
            <Icon name="list" />
          </button>
        </div>
      </div>
      {files.length === 0 ? <Empty icon="search" title="No image has such a name" /> : null}
      {view === 'grid' ? (
        <VirtualList
          key="grid"
          items={files}
          itemKey={(file) => file.gridfs_id}
          columnWidth={168}
          rowHeight={206}
          gap={12}
          label="Images">
          {(file, tabIndex) => <Tile file={file} link={linkOf(file)} tabIndex={tabIndex} />}
        </VirtualList>
      ) : (
        <VirtualList
          key="list"
          items={files}
          itemKey={(file) => file.gridfs_id}
          rowHeight={48}
          label="Images"
          class="rows">
          {(file, tabIndex) => <ListRow file={file} link={linkOf(file)} tabIndex={tabIndex} />}
        </VirtualList>
      )}
    </section>
  );
}

interface FileProps {
  file: SourceFile;
  link: string;
  tabIndex: number;
}

function Tile({ file, link, tabIndex }: FileProps): JSX.Element {
  return (
    <a class="tile" tabIndex={tabIndex} href={link} title={`${file.filename}\n${factsOf(file)}`}>
      <Thumbnail fileId={file.gridfs_id} />
      <span class="truncate tile-name">{file.filename}</span>
      <span class="faint truncate number">
        {whole(file.width)} × {whole(file.height)} · {file.bit_depth} bit
      </span>
    </a>
  );
}

function ListRow({ file, link, tabIndex }: FileProps): JSX.Element {
  return (
    <a class="list-row" tabIndex={tabIndex} href={link}>
      <Thumbnail fileId={file.gridfs_id} size={64} />
      <span class="truncate grow" title={file.filename}>
        {file.filename}
      </span>
      <span class="muted number truncate facts">{factsOf(file)}</span>
      <span class="faint number size">{bytes(file.bytes)}</span>
    </a>
  );
}
