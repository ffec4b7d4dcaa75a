import type { Client } from './api/client';
import { isAbort } from './api/problem';

/** Above this a download is written to disk as it comes, where the browser can; below, it is kept until it is whole. */
const STREAM_ABOVE_BYTES = 256e6;

interface Picker {
  showSaveFilePicker?: (options: {
    suggestedName: string;
  }) => Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>;
}

/** The `filename` of a Content-Disposition; its UTF-8 form first. Source: RFC 6266. */
export function filenameOf(disposition: string | null, fallback: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  if (extended) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Then the plain form has to do.
    }
  }
  return /filename="((?:[^"\\]|\\.)*)"/.exec(disposition ?? '')?.[1]?.replace(/\\(.)/g, '$1') ?? fallback;
}

/** Gives a blob to the person as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Downloads with the session's token, which a plain link cannot send. `onProgress`: 0 to 1, where the size is known. */
export async function download(
  client: Client,
  path: string,
  name: string,
  onProgress: (fraction: number) => void = () => {},
): Promise<void> {
  const response = await client.response(path);
  const size = Number(response.headers.get('Content-Length') ?? 0);
  const filename = filenameOf(response.headers.get('Content-Disposition'), name);
  let received = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        received += chunk.byteLength;
        if (size > 0) onProgress(Math.min(1, received / size));
        controller.enqueue(chunk);
      },
    }),
  );
  const { showSaveFilePicker } = window as Picker;
  if (counted && size > STREAM_ABOVE_BYTES && showSaveFilePicker) {
    try {
      const handle = await showSaveFilePicker.call(window, { suggestedName: filename });
      await counted.pipeTo(await handle.createWritable());
    } catch (error) {
      // Who closes the dialog wants no file.
      if (!isAbort(error)) throw error;
      await counted.cancel();
    }
    return;
  }
  const blob = await new Response(counted ?? null).blob();
  saveBlob(blob.slice(0, blob.size, response.headers.get('Content-Type') ?? ''), filename);
}
