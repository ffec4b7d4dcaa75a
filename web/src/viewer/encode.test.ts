// @vitest-environment node
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32, encodeLabels, encodePng, encodeTiff } from './encode';

const [WIDTH, HEIGHT] = [7, 5];
const labels = Uint32Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 7919) % 65536);

async function* bands(all: Uint32Array, rows = 2): AsyncGenerator<Uint32Array> {
  for (let at = 0; at < all.length; at += rows * WIDTH) yield all.subarray(at, at + rows * WIDTH);
}

function decodePng(bytes: Buffer): number[] {
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    if (type === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(parts));
  const line = 2 * WIDTH;
  const plain = Buffer.alloc(line * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    expect(rows[y * (line + 1)]).toBe(2);
    for (let i = 0; i < line; i++)
      plain[y * line + i] = rows[y * (line + 1) + 1 + i]! + (y > 0 ? plain[(y - 1) * line + i]! : 0);
  }
  return Array.from({ length: WIDTH * HEIGHT }, (_, i) => plain.readUInt16BE(2 * i));
}

describe('encodePng', () => {
  it('is a grey 16-bit PNG with every label', async () => {
    const bytes = Buffer.from(await (await encodePng(WIDTH, HEIGHT, bands(labels))).arrayBuffer());
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[25]]).toEqual([WIDTH, HEIGHT, 16, 0]);
    expect(decodePng(bytes)).toEqual([...labels]);
  });

  it('fails as its rows do', async () => {
    const broken = async function* (): AsyncGenerator<Uint32Array> {
      yield labels.subarray(0, WIDTH);
      throw new Error('no tile');
    };
    await expect(encodePng(WIDTH, HEIGHT, broken())).rejects.toThrow('no tile');
  });
});

describe('encodeTiff', () => {
  it('has strips of 32-bit labels', async () => {
    const large = labels.map((label) => label * 65537);
    const bytes = Buffer.from(await (await encodeTiff(WIDTH, HEIGHT, bands(large))).arrayBuffer());
    expect(bytes.toString('latin1', 0, 4)).toBe('II*\0');
    const tags = new Map(
      Array.from(
        { length: bytes.readUInt16LE(8) },
        (_, i) =>
          [
            bytes.readUInt16LE(10 + 12 * i),
            [bytes.readUInt32LE(14 + 12 * i), bytes.readUInt32LE(18 + 12 * i)],
          ] as const,
      ),
    );
    expect([256, 257, 258, 278].map((tag) => tags.get(tag)![1])).toEqual([WIDTH, HEIGHT, 32, 2]);
    const [count, offsets] = tags.get(273)!;
    const lengths = tags.get(279)![1];
    const strips = Array.from({ length: count! }, (_, i) => {
      const offset = bytes.readUInt32LE(offsets! + 4 * i);
      return inflateSync(bytes.subarray(offset, offset + bytes.readUInt32LE(lengths! + 4 * i)));
    });
    const plain = Buffer.concat(strips);
    expect(Array.from({ length: WIDTH * HEIGHT }, (_, i) => plain.readUInt32LE(4 * i))).toEqual([...large]);
  });
});

it('16 bits are used as long as they hold the labels', async () => {
  expect((await encodeLabels(WIDTH, HEIGHT, 65535, bands(labels))).type).toBe('image/png');
  expect((await encodeLabels(WIDTH, HEIGHT, 65536, bands(labels))).type).toBe('image/tiff');
});

it("the CRC is that of the standard's check value", () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});
