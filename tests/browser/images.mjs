// Images that the tests make: small ones by hand, one of 16 bits of an example.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { ROOT } from './server.mjs';

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey PNG of 8 bits; `value(x, y)` gives its pixels. */
export function greyPng(side, value) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  const rows = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; y += 1) for (let x = 0; x < side; x += 1) rows[y * (side + 1) + 1 + x] = value(x, y);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A 16-bit TIFF of an example, as a camera of 12 bits would have taken it. */
export function tiff16(name) {
  const from = path.join(ROOT, 'examples', name);
  const options = ['-colorspace', 'Gray', '-depth', '16', '-evaluate', 'multiply', '0.0625', '-compress', 'none'];
  return execFileSync('convert', [from, ...options, '-define', 'quantum:format=unsigned', 'tiff:-']);
}
