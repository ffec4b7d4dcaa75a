import type { Client } from './client';
import { Problem, problemOf, UNREACHABLE } from './problem';

export interface UploadCall {
  path: string;
  form: FormData;
  /** 0 to 1, of the bytes that are sent. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

interface Answer {
  status: number;
  body: string;
  retryAfter: string | null;
}

/** Sends a form by XMLHttpRequest, as fetch does not tell how much is sent. Throws a Problem unless the answer is 2xx. */
export async function upload<T>(client: Client, call: UploadCall): Promise<T> {
  if (client.session.isRefreshDue()) await client.refresh();
  let answer = await send(client, call);
  if (answer.status === 401 && client.token && (await client.refresh())) answer = await send(client, call);
  if (answer.status === 401) client.session.end('expired');
  if (answer.status < 200 || answer.status > 299) throw problemOf(answer.status, answer.body, answer.retryAfter);
  return JSON.parse(answer.body) as T;
}

function send(client: Client, call: UploadCall): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const finish =
      (then: () => void): (() => void) =>
      () => {
        call.signal.removeEventListener('abort', stop);
        then();
      };
    request.open('POST', call.path);
    request.setRequestHeader('Authorization', `Bearer ${client.token}`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) call.onProgress(event.loaded / event.total);
    };
    request.onload = finish(() => {
      client.onReachable(request.status !== 502 && request.status !== 504);
      resolve({
        status: request.status,
        body: request.responseText,
        retryAfter: request.getResponseHeader('Retry-After'),
      });
    });
    request.onerror = finish(() => {
      client.onReachable(false);
      reject(new Problem(0, UNREACHABLE));
    });
    request.onabort = finish(() => reject(new DOMException('The upload was called off.', 'AbortError')));
    if (call.signal.aborted) {
      reject(new DOMException('The upload was called off.', 'AbortError'));
      return;
    }
    call.signal.addEventListener('abort', stop);
    request.send(call.form);
  });
}
