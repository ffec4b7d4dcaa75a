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

/**
 * An OME-TIFF of 16 bits with `depth` planes at each of `times` points in time, and a channel for each name; a pixel is
 * 0.5 um. `value(x, y, {c, z, t})` gives its samples. Not `described`, its pages could be anything.
 */
export function omeTiff({ side, depth, times, channels, described = true }, value) {
  const planes = [];
  for (let t = 0; t < times; t += 1)
    for (let z = 0; z < depth; z += 1) for (let c = 0; c < channels.length; c += 1) planes.push({ c, z, t });
  const named = channels.map((name, c) => `<Channel ID="Channel:0:${c}" Name="${name}" SamplesPerPixel="1"/>`);
  const ome =
    '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">' +
    '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" BigEndian="false" ' +
    `SizeX="${side}" SizeY="${side}" SizeC="${channels.length}" SizeZ="${depth}" SizeT="${times}" ` +
    'PhysicalSizeX="0.5" PhysicalSizeY="0.5" PhysicalSizeXUnit="um" PhysicalSizeYUnit="um">' +
    `${named.join('')}<TiffData/></Pixels></Image></OME>`;
  const description = Buffer.from(`${described ? ome : 'Pages'}\0`);
  const bytes = 2 * side * side;
  const directory = 2 + 12 * 10 + 4;
  const start = 8 + description.length + (description.length % 2);
  const head = Buffer.alloc(start);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(start, 4);
  description.copy(head, 8);
  const parts = planes.map((plane, page) => {
    const at = start + page * (directory + bytes);
    const part = Buffer.alloc(directory + bytes);
    const tags = [
      [256, 4, 1, side],
      [257, 4, 1, side],
      [258, 4, 1, 16],
      [259, 4, 1, 1],
      [262, 4, 1, 1],
      [270, 2, description.length, 8],
      [273, 4, 1, at + directory],
      [277, 4, 1, 1],
      [278, 4, 1, side],
      [279, 4, 1, bytes],
    ];
    part.writeUInt16LE(tags.length, 0);
    tags.forEach(([tag, type, count, content], i) => {
      part.writeUInt16LE(tag, 2 + 12 * i);
      part.writeUInt16LE(type, 4 + 12 * i);
      part.writeUInt32LE(count, 6 + 12 * i);
      part.writeUInt32LE(content, 10 + 12 * i);
    });
    part.writeUInt32LE(page + 1 < planes.length ? at + part.length : 0, directory - 4);
    for (let y = 0; y < side; y += 1)
      for (let x = 0; x < side; x += 1) part.writeUInt16LE(value(x, y, plane), directory + 2 * (y * side + x));
    return part;
  });
  return Buffer.concat([head, ...parts]);
}

/** A 16-bit TIFF of an example, as a camera of 12 bits would have taken it. */
export function tiff16(name) {
  const from = path.join(ROOT, 'examples', name);
  const options = ['-colorspace', 'Gray', '-depth', '16', '-evaluate', 'multiply', '0.0625', '-compress', 'none'];
  return execFileSync('convert', [from, ...options, '-define', 'quantum:format=unsigned', 'tiff:-']);
}
