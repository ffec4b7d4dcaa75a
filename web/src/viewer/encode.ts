// Writes label images in the browser, band by band, so that a large image never lies in memory whole.

/** Rows of labels from the top down, whole rows in each piece. */
export type Bands = AsyncIterable<Uint32Array>;

/** The file that holds labels up to `most`: a 16-bit PNG, above 65,535 a 32-bit TIFF. */
export function encodeLabels(width: number, height: number, most: number, bands: Bands): Promise<Blob> {
  return most <= 0xffff ? encodePng(width, height, bands) : encodeTiff(width, height, bands);
}

/** A grey 16-bit PNG. Source: ISO/IEC 15948; rows are filtered by "Up", as labels mostly go on downwards. */
export async function encodePng(width: number, height: number, bands: Bands): Promise<Blob> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 16);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts: Uint8Array<ArrayBuffer>[] = [signature, chunk('IHDR', new Uint8Array(header.buffer))];
  for await (const packed of deflate(filtered(width, bands))) {
    parts.push(chunk('IDAT', packed));
  }
  parts.push(chunk('IEND', new Uint8Array()));
  return new Blob(parts, { type: 'image/png' });
}

async function* filtered(width: number, bands: Bands): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let above = new Uint8Array(2 * width);
  for await (const labels of bands) {
    const rows = labels.length / width;
    const bytes = new Uint8Array(rows * (2 * width + 1));
    for (let row = 0, at = 0; row < rows; row++) {
      const line = new Uint8Array(2 * width);
      bytes[at++] = 2;
      for (let x = 0; x < width; x++) {
        const label = labels[row * width + x]!;
        line[2 * x] = label >>> 8;
        line[2 * x + 1] = label;
      }
      for (let i = 0; i < line.length; i++) bytes[at++] = line[i]! - above[i]!;
      above = line;
    }
    yield bytes;
  }
}

function chunk(type: string, content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Compresses to zlib's format. */
async function* deflate(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = new CompressionStream('deflate');
  const writer = stream.writable.getWriter();
  const written = (async () => {
    try {
      for await (const piece of pieces) await writer.write(piece);
      await writer.close();
    } catch (error) {
      await writer.abort(error);
      throw error;
    }
  })();
  // A failure is told by the readable side too; this keeps it from being told twice.
  written.catch(() => {});
  const reader = stream.readable.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read())
    yield read.value as Uint8Array<ArrayBuffer>;
  await written;
}

/** A grey 32-bit TIFF with a deflated strip for each band. Source: TIFF 6.0, compression 8. */
export async function encodeTiff(width: number, height: number, bands: Bands): Promise<Blob> {
  const strips: Uint8Array<ArrayBuffer>[] = [];
  let rows = 0;
  for await (const labels of bands) {
    rows ||= labels.length / width;
    const bytes = new Uint8Array(Uint32Array.from(labels).buffer);
    strips.push(await joined(deflate(once(bytes))));
  }
  return new Blob(
    [
      tiffHead(
        width,
        height,
        rows,
        strips.map((strip) => strip.length),
      ),
      ...strips,
    ],
    { type: 'image/tiff' },
  );
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function joined(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const parts = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// Header, directory and the strips' places, all before the strips: every tag is of one 32-bit value but those two.
function tiffHead(width: number, height: number, rows: number, lengths: number[]): Uint8Array<ArrayBuffer> {
  const count = lengths.length;
  const tags = 10;
  const lists = 8 + 2 + tags * 12 + 4;
  const size = lists + 8 * count;
  const view = new DataView(new ArrayBuffer(size));
  const offsets = lengths.map((_, i) => size + lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  view.setUint32(0, 0x49492a00);
  view.setUint32(4, 8, true);
  view.setUint16(8, tags, true);
  const entries: [number, number, number][] = [
    [256, 1, width],
    [257, 1, height],
    [258, 1, 32],
    [259, 1, 8],
    [262, 1, 1],
    [273, count, count === 1 ? offsets[0]! : lists],
    [277, 1, 1],
    [278, 1, rows],
    [279, count, count === 1 ? lengths[0]! : lists + 4 * count],
    [339, 1, 1],
  ];
  entries.forEach(([tag, values, value], i) => {
    view.setUint16(10 + 12 * i, tag, true);
    view.setUint16(12 + 12 * i, 4, true);
    view.setUint32(14 + 12 * i, values, true);
    view.setUint32(18 + 12 * i, value, true);
  });
  offsets.forEach((offset, i) => view.setUint32(lists + 4 * i, offset, true));
  lengths.forEach((length, i) => view.setUint32(lists + 4 * (count + i), length, true));
  return new Uint8Array(view.buffer);
}
