// @vitest-environment node
import { expect, it } from 'vitest';
import { type Channel, claimDraft } from './draft_claim';

/** Tabs of one browser: what one posts, all others that are open on the name get. */
function tabs(): (name: string) => Channel {
  const open = new Map<string, Set<Channel>>();
  return (name) => {
    const all = open.get(name) ?? new Set();
    open.set(name, all);
    const channel: Channel = {
      onmessage: null,
      postMessage: (data: unknown) => {
        for (const other of [...all].filter((one) => one !== channel)) {
          queueMicrotask(() => other.onmessage?.call(other as BroadcastChannel, { data } as MessageEvent));
        }
      },
      close: () => all.delete(channel),
    };
    all.add(channel);
    return channel;
  };
}

it('is for one tab, until that one ends', async () => {
  const open = tabs();
  const [first, second] = [new AbortController(), new AbortController()];
  expect(await claimDraft('a', first.signal, open)).toBe(true);
  expect(await claimDraft('a', second.signal, open)).toBe(false);
  expect(await claimDraft('b', second.signal, open)).toBe(true);
  first.abort();
  expect(await claimDraft('a', second.signal, open)).toBe(true);
});

it('is not kept by what has ended meanwhile', async () => {
  const open = tabs();
  const ended = new AbortController();
  const claim = claimDraft('a', ended.signal, open);
  ended.abort();
  expect(await claim).toBe(false);
  expect(await claimDraft('a', new AbortController().signal, open)).toBe(true);
});
