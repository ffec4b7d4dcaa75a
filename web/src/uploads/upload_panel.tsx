import type { JSX } from 'preact';
import { useApp } from '../app/context';
import { Icon } from '../components/icons';
import { ProgressBar } from '../components/status';
import { VirtualList } from '../components/virtual_list';
import { bytes, count } from '../format';
import type { UploadItem, UploadQueue } from './queue';

const AXES: [string, string][] = [
  ['ZYX', 'Depth (Z)'],
  ['CYX', 'Channels (C)'],
  ['TYX', 'Time (T)'],
];

function ItemState({ item }: { item: UploadItem }): JSX.Element {
  switch (item.state.value) {
    case 'done':
      return (
        <span class="upload-state success">
          <Icon name="check" />
          Uploaded
        </span>
      );
    case 'refused':
      return (
        <span class="upload-state danger">
          <Icon name="error" />
          Refused
        </span>
      );
    case 'failed':
      return (
        <span class="upload-state danger">
          <Icon name="error" />
          Failed
        </span>
      );
    case 'sending':
      return (
        <span class="upload-state number">
          {item.progress.value < 1 ? `${Math.floor(item.progress.value * 100)} %` : 'Checking…'}
        </span>
      );
    case 'waiting':
      return <span class="upload-state faint">Waiting</span>;
  }
}

/** A TIFF of several pages that does not say what they are: a person may. */
function AxesChoice({
  item,
  queue,
  tabIndex,
}: {
  item: UploadItem;
  queue: UploadQueue;
  tabIndex: number;
}): JSX.Element {
  return (
    <select
      class="select small"
      tabIndex={tabIndex}
      aria-label={`What the pages of ${item.name} are`}
      value=""
      onChange={(event) => {
        item.axes = event.currentTarget.value;
        queue.retry(item);
      }}>
      <option value="">The pages are…</option>
      {AXES.map(([axes, name]) => (
        <option key={axes} value={axes}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Row({ item, queue, tabIndex }: { item: UploadItem; queue: UploadQueue; tabIndex: number }): JSX.Element {
  const state = item.state.value;
  const bad = state === 'failed' || state === 'refused';
  return (
    <div class={`upload-row ${state}`}>
      <span class="upload-name">
        <span class="truncate" title={item.name}>
          {item.name}
        </span>
        {item.message.value ? (
          <span class="upload-reason" title={item.message.value}>
            {item.message.value}
          </span>
        ) : null}
      </span>
      <span class="faint number upload-size">{bytes(item.file.size)}</span>
      {bad ? (
        <span class="upload-again">
          {state === 'refused' && item.field.value === 'axes' ? (
            <AxesChoice item={item} queue={queue} tabIndex={tabIndex} />
          ) : null}
          <button
            class="button small"
            tabIndex={tabIndex}
            aria-label={`Retry ${item.name}`}
            onClick={() => queue.retry(item)}>
            <Icon name="retry" />
            Retry
          </button>
        </span>
      ) : (
        <ProgressBar fraction={item.progress.value} label={`Upload of ${item.name}`} />
      )}
      <ItemState item={item} />
    </div>
  );
}

function summary(queue: UploadQueue): string {
  const { waiting, sending, done, refused, failed } = queue.counts.value;
  const parts = [`${done} of ${count(queue.items.value.length, 'file')} uploaded`];
  if (refused) parts.push(`${refused} refused`);
  if (failed) parts.push(`${failed} failed`);
  if (waiting + sending === 0 && refused + failed === 0) return `${count(done, 'file')} uploaded`;
  return parts.join(' · ');
}

/** The files of one upload with what became of each. */
export function UploadPanel({ queue }: { queue: UploadQueue }): JSX.Element {
  const { uploads } = useApp();
  const items = queue.items.value;
  const { failed, refused } = queue.counts.value;
  const busy = queue.isBusy.value;
  const fraction = items.length
    ? items.reduce((sum, item) => sum + (item.state.value === 'refused' ? 1 : item.progress.value), 0) / items.length
    : 0;
  // What needs a person comes first.
  const order = { refused: 0, failed: 0, sending: 1, waiting: 2, done: 3 };
  const sorted = busy ? items : [...items].sort((a, b) => order[a.state.value] - order[b.state.value]);
  return (
    <section class="card upload-panel" aria-label="Uploads">
      <header>
        <h2>{busy ? 'Uploading' : failed + refused ? 'Upload finished, with problems' : 'Upload finished'}</h2>
        <span class="muted number" role="status">
          {summary(queue)}
        </span>
        <span class="grow" />
        {failed ? (
          <button class="button small" onClick={() => queue.retryFailed()}>
            <Icon name="retry" />
            Retry failed
          </button>
        ) : null}
        <button class="button ghost small" onClick={() => uploads.close(queue)}>
          {busy ? 'Stop' : 'Close'}
        </button>
      </header>
      <ProgressBar fraction={fraction} label="All uploads" />
      <div class="upload-rows">
        <VirtualList items={sorted} itemKey={(item) => item.name} rowHeight={44} label="Files">
          {(item, tabIndex) => <Row item={item} queue={queue} tabIndex={tabIndex} />}
        </VirtualList>
      </div>
    </section>
  );
}
