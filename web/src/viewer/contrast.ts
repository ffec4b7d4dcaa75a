// From samples to grey levels and colours: windows, gamma and the tables that the painter looks samples up in.

/** How a channel is shown. `low` and `high` in the file's samples; `gamma` 1 is linear, below 1 lifts the dark. */
export interface Window {
  low: number;
  high: number;
  gamma: number;
}

/** `#rrggbb` as red, green, blue. Errors: white for anything else. */
export function rgb(color: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return match ? [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)] : [255, 255, 255];
}

/** The share of full brightness, 0 to 1, at which a sample is shown. */
export function brightness(sample: number, { low, high, gamma }: Window): number {
  if (high <= low) {
    return sample > low ? 1 : 0;
  }
  return Math.min(1, Math.max(0, (sample - low) / (high - low))) ** gamma;
}

/**
 * The colour of each stored sample, packed as 0xBBGGRR. `count` is 256 or 65536; stored sample s stands for the file's
 * `offset + s * scale`.
 */
export function colourTable(count: number, window: Window, color: string, offset = 0, scale = 1): Uint32Array {
  const table = new Uint32Array(count);
  const [red, green, blue] = rgb(color);
  for (let sample = 0; sample < count; sample++) {
    const share = brightness(offset + sample * scale, window);
    table[sample] = Math.round(red * share) | (Math.round(green * share) << 8) | (Math.round(blue * share) << 16);
  }
  return table;
}

/** The window that leaves `share` of a histogram's counts below it and as many above. */
export function autoWindow(histogram: number[], minimum: number, maximum: number, share = 0.003): [number, number] {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const width = (maximum - minimum) / histogram.length;
  let first = 0;
  for (let below = 0; first < histogram.length - 1 && below + histogram[first]! <= total * share; first++) {
    below += histogram[first]!;
  }
  let last = histogram.length - 1;
  for (let above = 0; last > first && above + histogram[last]! <= total * share; last--) {
    above += histogram[last]!;
  }
  return [minimum + first * width, minimum + (last + 1) * width];
}

/** Heights of a histogram's bars, 0 to 1, on a scale on which few counts are still seen. */
export function barHeights(histogram: ArrayLike<number>): number[] {
  const heights = Array.from(histogram, (count) => Math.sqrt(count));
  const most = heights.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? heights.map((height) => height / most) : heights;
}
