import type { Client } from './client';
import { isAbort, Problem } from './problem';
import type { InferenceEvent } from './types';

export interface ServerEvent {
  type: string;
  data: string;
  id: string;
}

/** Takes text/event-stream apart as it arrives. Source: HTML standard, 9.2.6. */
export class SseParser {
  #buffer = '';
  #data: string[] = [];
  #type = '';
  #id = '';

  /** The events that are complete with this text. */
  push(text: string): ServerEvent[] {
    this.#buffer += text;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = this.#buffer.search(/\r\n|\n|\r/);
      // A \r at the end may be the first half of \r\n.
      if (end < 0 || (this.#buffer[end] === '\r' && end === this.#buffer.length - 1)) return events;
      const line = this.#buffer.slice(0, end);
      this.#buffer = this.#buffer.slice(end + (this.#buffer.startsWith('\r\n', end) ? 2 : 1));
      const event = this.#line(line);
      if (event) events.push(event);
    }
  }

  #line(line: string): ServerEvent | null {
    if (line === '') {
      const event = { type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id };
      const complete = this.#data.length > 0;
      this.#data = [];
      this.#type = '';
      return complete ? event : null;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }
}

/** The server sends at least a comment each 15 s; without anything for this long, the stream is dead. */
const SILENCE_MS = 45_000;
const SLOWEST_RETRY_MS = 8_000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/**
 * Follows an inference until it ends or `signal` is aborted; comes back after every break, where the last event left off.
 * Resolves true at the end of the inference. Throws the Problem when it cannot be followed at all (404, 401).
 */
export async function watchInference(
  client: Client,
  id: string,
  onEvent: (event: InferenceEvent) => void,
  signal: AbortSignal,
): Promise<boolean> {
  let lastId = '';
  let failures = 0;
  while (!signal.aborted) {
    try {
      const ended = await followOnce(client, id, lastId, signal, (event, eventId) => {
        lastId = eventId;
        failures = 0;
        onEvent(event);
      });
      if (ended) return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof Problem && (error.status === 404 || error.status === 401)) throw error;
      failures += 1;
    }
    await pause(Math.min(500 * 2 ** failures, SLOWEST_RETRY_MS), signal);
  }
  return false;
}

/** One connection. True: the inference has ended. */
async function followOnce(
  client: Client,
  id: string,
  lastId: string,
  signal: AbortSignal,
  onEvent: (event: InferenceEvent, id: string) => void,
): Promise<boolean> {
  const connection = new AbortController();
  const stop = (): void => connection.abort();
  signal.addEventListener('abort', stop);
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    const headers: Record<string, string> = lastId ? { 'Last-Event-ID': lastId } : {};
    const response = await client.response(`/api/inferences/${id}/events`, { headers, signal: connection.signal });
    if (response.status === 204 || !response.body) return response.status === 204;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new SseParser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return false;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      for (const event of parser.push(value)) {
        onEvent(JSON.parse(event.data) as InferenceEvent, event.id);
        if (event.type === 'completed' || event.type === 'failed') return true;
      }
    }
  } catch (error) {
    if (isAbort(error) && !signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    connection.abort();
  }
}
