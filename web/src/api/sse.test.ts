import { expect, test } from 'vitest';
import type { Client } from './client';
import { Problem } from './problem';
import { SseParser, watchInference } from './sse';
import type { InferenceEvent } from './types';

test('events are read whatever way the text is cut', () => {
  const text =
    'id: 7\nevent: progress\ndata: {"a":1}\n\n: heartbeat\n\nevent: completed\r\ndata: x\r\ndata: y\r\n\r\ndata: z\n\n';
  const expected = [
    { type: 'progress', data: '{"a":1}', id: '7' },
    { type: 'completed', data: 'x\ny', id: '7' },
    { type: 'message', data: 'z', id: '7' },
  ];
  for (let size = 1; size <= text.length; size += 1) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
    expect(events).toEqual(expected);
  }
});

test('an event that is cut off never comes', () => {
  expect(new SseParser().push('data: half')).toEqual([]);
});

function streamOf(...parts: string[]): Response {
  const encoder = new TextEncoder();
  return new Response(
    new ReadableStream({
      start: (controller) => {
        for (const part of parts) controller.enqueue(encoder.encode(part));
        controller.close();
      },
    }),
  );
}

/** A client that answers one after the other, and tells with which Last-Event-ID it was asked. */
function clientOf(answers: (() => Response)[]): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const response = async (_: string, options: { headers?: Record<string, string> }): Promise<Response> => {
    asked.push(options.headers?.['Last-Event-ID'] ?? '');
    const answer = answers.shift();
    if (!answer) throw new Problem(500, 'asked too often');
    return answer();
  };
  return { client: { response } as unknown as Client, asked };
}

const event = (type: string, id: string, fraction: number): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ status: type, progress: { fraction } })}\n\n`;

test('a stream that breaks is taken up where it broke, until the end', async () => {
  const { client, asked } = clientOf([
    () => streamOf(event('progress', 'a', 0.1), event('progress', 'b', 0.2)),
    () => streamOf(event('completed', 'c', 1)),
  ]);
  const seen: InferenceEvent[] = [];
  expect(await watchInference(client, 'x', (one) => seen.push(one), new AbortController().signal)).toBe(true);
  expect(asked).toEqual(['', 'b']);
  expect(seen.map((one) => one.progress.fraction)).toEqual([0.1, 0.2, 1]);
});

test('204 is the end of an inference of which all was seen', async () => {
  const { client } = clientOf([() => new Response(null, { status: 204 })]);
  expect(await watchInference(client, 'x', () => {}, new AbortController().signal)).toBe(true);
});

test('what does not exist is not asked for again', async () => {
  const { client } = clientOf([
    () => {
      throw new Problem(404, 'There is no such inference.');
    },
  ]);
  await expect(watchInference(client, 'x', () => {}, new AbortController().signal)).rejects.toThrow('no such');
});
