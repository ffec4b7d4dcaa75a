import type { Client } from '../api/client';
import type { ChannelView, FileView, Region } from '../api/types';
import type { Depth } from '../planes';

/** The part of a region that a tile of level 0 covers, and where it lies in both; px. */
export interface TilePart {
  column: number;
  row: number;
  tileWidth: number;
  tileHeight: number;
  /** In the tile. */
  x: number;
  y: number;
  /** In the region. */
  toX: number;
  toY: number;
  width: number;
  height: number;
}

/** The tiles that a region needs. */
export function tilesOf(region: Region, view: Pick<FileView, 'width' | 'height' | 'tile_size'>): TilePart[] {
  const size = view.tile_size;
  const parts: TilePart[] = [];
  for (let row = Math.floor(region.y / size); row * size < region.y + region.height; row += 1) {
    for (let column = Math.floor(region.x / size); column * size < region.x + region.width; column += 1) {
      const tileWidth = Math.min(size, view.width - column * size);
      const tileHeight = Math.min(size, view.height - row * size);
      const left = Math.max(region.x, column * size);
      const top = Math.max(region.y, row * size);
      const right = Math.min(region.x + region.width, column * size + tileWidth);
      const bottom = Math.min(region.y + region.height, row * size + tileHeight);
      parts.push({
        column,
        row,
        tileWidth,
        tileHeight,
        x: left - column * size,
        y: top - row * size,
        toX: left - region.x,
        toY: top - region.y,
        width: right - left,
        height: bottom - top,
      });
    }
  }
  return parts;
}

function samplesOf(buffer: ArrayBuffer, sample: FileView['sample']): Uint8Array | Uint16Array | Uint32Array {
  if (sample === 'uint8') return new Uint8Array(buffer);
  return sample === 'uint16' ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

interface Lut {
  color: [number, number, number];
  low: number;
  scale: number;
}

/** Samples are in units of the file, or 0..65535 over minimum..maximum where the server had to map them. */
function lutOf(channel: ChannelView, mapped: boolean): Lut {
  const span = channel.maximum - channel.minimum || 1;
  const unit = (value: number): number => (mapped ? ((value - channel.minimum) / span) * 65535 : value);
  const number = parseInt(channel.color.slice(1), 16);
  const low = unit(channel.low);
  return {
    color: [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255],
    low,
    scale: 255 / (unit(channel.high) - low || 1),
  };
}

/** What a region is read from. */
export interface RegionSource {
  fileId: string;
  view: FileView;
  /** Images of more than 16 bits come as uint16, mapped over minimum..maximum. */
  mapped: boolean;
  /** Of a stack; from 0. */
  z: Depth;
  t: number;
}

/** Adds one tile's channels, each in its colour and contrast, to the picture of the region. */
export function addTile(
  picture: Uint8ClampedArray,
  regionWidth: number,
  part: TilePart,
  buffer: ArrayBuffer,
  source: Pick<RegionSource, 'view' | 'mapped'>,
): void {
  const samples = samplesOf(buffer, source.view.sample);
  const plane = part.tileWidth * part.tileHeight;
  source.view.channels.forEach((channel, index) => {
    const lut = lutOf(channel, source.mapped);
    for (let y = 0; y < part.height; y += 1) {
      for (let x = 0; x < part.width; x += 1) {
        const sample = samples[index * plane + (part.y + y) * part.tileWidth + part.x + x] ?? 0;
        const light = Math.min(255, Math.max(0, (sample - lut.low) * lut.scale));
        const at = ((part.toY + y) * regionWidth + part.toX + x) * 4;
        for (let c = 0; c < 3; c += 1) picture[at + c] = (picture[at + c] ?? 0) + light * (lut.color[c] ?? 0);
        picture[at + 3] = 255;
      }
    }
  });
}

/** A region of an image as a screen shows it: channels in their colours, with automatic contrast. */
export async function readRegion(
  client: Client,
  source: RegionSource,
  region: Region,
  signal: AbortSignal,
): Promise<ImageData> {
  const image = new ImageData(region.width, region.height);
  await Promise.all(
    tilesOf(region, source.view).map(async (part) => {
      const plane = source.z || source.t ? `?z=${source.z}&t=${source.t}` : '';
      const path = `/api/files/${source.fileId}/tiles/0/${part.column}/${part.row}${plane}`;
      const response = await client.response(path, { signal });
      addTile(image.data, region.width, part, await response.arrayBuffer(), source);
    }),
  );
  return image;
}

/** A region of at most `side` px around a point, within the image. */
export function regionAround(x: number, y: number, side: number, width: number, height: number): Region {
  const w = Math.min(side, width);
  const h = Math.min(side, height);
  const clamp = (value: number, limit: number): number => Math.round(Math.min(Math.max(0, value), limit));
  return { x: clamp(x - w / 2, width - w), y: clamp(y - h / 2, height - h), width: w, height: h };
}
