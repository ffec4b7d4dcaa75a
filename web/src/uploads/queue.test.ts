import { expect, test, vi } from 'vitest';
import { Problem } from '../api/problem';
import { nameFiles, UploadQueue, type Send, type UploadItem } from './queue';

const ID = '6743a1b2c3d4e5f601020304';
const named = (...names: string[]): { file: File; name: string }[] =>
  names.map((name) => ({ file: new File(['x'], name), name }));
const states = (queue: UploadQueue): string[] => queue.items.value.map((item) => item.state.value);
const ended = (queue: UploadQueue): Promise<void> => vi.waitFor(() => expect(queue.isBusy.value).toBe(false));

/** A server that refuses what `refusal` names. */
function serverOf(refusal: (item: UploadItem) => Problem | null): { send: Send; made: string[]; added: string[] } {
  const made: string[] = [];
  const added: string[] = [];
  const send: Send = async (item, datasetId) => {
    const problem = refusal(item);
    if (problem) throw problem;
    (datasetId ? added : made).push(item.name);
    return ID;
  };
  return { send, made, added };
}

test('the first file that is taken makes the dataset, the others are added to it', async () => {
  const server = serverOf((item) => (item.name === 'a.txt' ? new Problem(400, "'a.txt' is no image.") : null));
  const queue = new UploadQueue(server.send, 'Plate');
  queue.add(named('a.txt', 'b.png', 'c.png', 'd.png'));
  await ended(queue);
  expect(states(queue)).toEqual(['refused', 'done', 'done', 'done']);
  expect(queue.items.value[0]?.message.value).toBe("'a.txt' is no image.");
  expect(server.made).toEqual(['b.png']);
  expect(server.added).toEqual(['c.png', 'd.png']);
  expect(queue.datasetId.value).toBe(ID);
});

test('a file whose way broke can be sent again, and only that one is', async () => {
  let broken = true;
  const server = serverOf((item) =>
    item.name === 'b.png' && broken ? new Problem(0, 'The server does not answer.') : null,
  );
  const queue = new UploadQueue(server.send, 'Plate');
  queue.add(named('a.png', 'b.png'));
  await ended(queue);
  expect(states(queue)).toEqual(['done', 'failed']);
  broken = false;
  queue.retryFailed();
  await ended(queue);
  expect(states(queue)).toEqual(['done', 'done']);
  expect([...server.made, ...server.added]).toEqual(['a.png', 'b.png']);
});

test('a server that asks for a pause gets it, and then the file', async () => {
  let times = 0;
  const server = serverOf(() => (times++ === 0 ? new Problem(429, 'Wait.', { retryAfterS: 0 }) : null));
  const queue = new UploadQueue(server.send, 'Plate', ID);
  queue.add(named('a.png'));
  await ended(queue);
  expect(states(queue)).toEqual(['done']);
});

test('files that are added while others are sent come after them', async () => {
  const server = serverOf(() => null);
  const queue = new UploadQueue(server.send, 'Plate');
  queue.add(named('a.png'));
  queue.add(named('b.png'));
  await ended(queue);
  queue.add(named('c.png'));
  await ended(queue);
  expect([...server.made, ...server.added]).toEqual(['a.png', 'b.png', 'c.png']);
});

test('what is called off is not sent', async () => {
  const send: Send = (_item, _id, _name, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
  const queue = new UploadQueue(send, 'Plate');
  queue.add(named('a.png', 'b.png'));
  queue.cancel();
  await ended(queue);
  expect(states(queue)).toEqual(['failed', 'failed']);
});

test('files of the same name in several folders are told apart', () => {
  const file = (name: string): File => new File(['x'], name);
  const names = nameFiles([
    { file: file('cells.tif'), path: 'plate/A01/cells.tif' },
    { file: file('cells.tif'), path: 'plate/A02/cells.tif' },
    { file: file('other.tif'), path: 'plate/A02/other.tif' },
  ]).map(({ name }) => name);
  expect(names).toEqual(['plate_A01_cells.tif', 'plate_A02_cells.tif', 'other.tif']);
});
