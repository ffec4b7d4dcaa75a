// Lets one tab at a time edit a draft: two would overwrite each other's steps.

const ANSWER_MS = 200;

type Message = 'anybody?' | 'taken';

/** What a claim needs of a BroadcastChannel; one of memory in tests. */
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>;

/**
 * Claims a draft for this tab until `signal` ends. Resolves with false when another tab has it. Works without a secure
 * context, which the Web Locks API needs.
 */
export async function claimDraft(
  name: string,
  signal: AbortSignal,
  open: (name: string) => Channel = (of) => new BroadcastChannel(of),
): Promise<boolean> {
  const channel = open(`intelliclinix-draft-${name}`);
  const taken = await new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Message>) => data === 'taken' && resolve(true);
    channel.postMessage('anybody?' satisfies Message);
    setTimeout(() => resolve(false), ANSWER_MS);
  });
  if (taken || signal.aborted) {
    channel.close();
    return false;
  }
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data === 'anybody?') channel.postMessage('taken' satisfies Message);
  };
  signal.addEventListener('abort', () => channel.close());
  return true;
}
