// Which cells of two labellings of one image are the same.

/** Pixels of each label and of each pair, gathered tile by tile. */
export class Overlaps {
  readonly #a = new Map<number, number>();
  readonly #b = new Map<number, number>();
  // The pair's labels as a * 2^26 + b would not fit 32 bits each, so maps in a map.
  readonly #pairs = new Map<number, Map<number, number>>();

  /** Adds two planes of the same pixels. */
  add(a: Uint32Array, b: Uint32Array): void {
    for (let i = 0; i < a.length;) {
      const [one, other] = [a[i]!, b[i]!];
      let next = i + 1;
      while (next < a.length && a[next] === one && b[next] === other) next++;
      if (one) count(this.#a, one, next - i);
      if (other) count(this.#b, other, next - i);
      if (one && other) this.#pair(one, other, next - i);
      i = next;
    }
  }

  #pair(one: number, other: number, pixels: number): void {
    let partners = this.#pairs.get(one);
    if (!partners) this.#pairs.set(one, (partners = new Map()));
    count(partners, other, pixels);
  }

  /** Pairs with an intersection over union of at least `threshold`; from 0.5 up nobody is in two pairs. */
  match(threshold = 0.5): Match {
    const pairs: [number, number, number][] = [];
    for (const [one, partners] of this.#pairs) {
      for (const [other, common] of partners) {
        const iou = common / (this.#a.get(one)! + this.#b.get(other)! - common);
        if (iou >= threshold) pairs.push([one, other, iou]);
      }
    }
    const [inA, inB] = [new Set(pairs.map((pair) => pair[0])), new Set(pairs.map((pair) => pair[1]))];
    return {
      pairs,
      onlyA: [...this.#a.keys()].filter((label) => !inA.has(label)).sort((x, y) => x - y),
      onlyB: [...this.#b.keys()].filter((label) => !inB.has(label)).sort((x, y) => x - y),
    };
  }
}

function count(counts: Map<number, number>, label: number, pixels: number): void {
  counts.set(label, (counts.get(label) ?? 0) + pixels);
}

export interface Match {
  /** Label of a, label of b, intersection over union. */
  pairs: [number, number, number][];
  onlyA: number[];
  onlyB: number[];
}
