import { Best } from './best.js';
import type { VectorSearch } from './search.js';

/** Rows of a block: a gallery grows by blocks, since copying a large matrix would hold it twice. */
const ROWS = 1 << 12;

/** An exact search by a loop over all vectors, in plain JavaScript. */
export class PlainSearch implements VectorSearch {
  readonly #blocks: Float32Array[] = [];
  readonly #held: boolean[] = [];
  readonly #free: number[] = [];

  constructor(readonly dimension: number) {}

  get size(): number {
    return this.#held.length - this.#free.length;
  }

  add(vector: Float32Array): number {
    const row = this.#free.pop() ?? this.#held.length;
    if (row === this.#blocks.length * ROWS) this.#blocks.push(new Float32Array(ROWS * this.dimension));
    this.#row(row).set(vector);
    this.#held[row] = true;
    return row;
  }

  remove(row: number): void {
    if (!this.#held[row]) return;
    this.#row(row).fill(0);
    this.#held[row] = false;
    this.#free.push(row);
  }

  vector(row: number): Float32Array | undefined {
    return this.#held[row] ? this.#row(row).slice() : undefined;
  }

  topK(query: Float32Array, count: number): { readonly row: number; readonly score: number }[] {
    const best = new Best(Math.min(count, this.size));
    if (this.size === 0 || count < 1) return [];
    let floor = best.floor;
    for (const [b, block] of this.#blocks.entries()) {
      const rows = Math.min(ROWS, this.#held.length - b * ROWS);
      for (let i = 0; i < rows; i++) {
        const score = dot(query, block, i * this.dimension);
        if (score <= floor || !this.#held[b * ROWS + i]) continue;
        best.offer(b * ROWS + i, score);
        floor = best.floor;
      }
    }
    return best.list();
  }

  close(): void {
    for (const block of this.#blocks.splice(0)) block.fill(0);
    this.#held.length = 0;
    this.#free.length = 0;
  }

  #row(row: number): Float32Array {
    const from = (row % ROWS) * this.dimension;
    return (this.#blocks[Math.floor(row / ROWS)] as Float32Array).subarray(from, from + this.dimension);
  }
}

/** Four sums at a time: a processor adds as many side by side, where one sum must wait for the last. */
function dot(query: Float32Array, block: Float32Array, from: number): number {
  const length = query.length;
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += (query[i] as number) * (block[from + i] as number);
    b += (query[i + 1] as number) * (block[from + i + 1] as number);
    c += (query[i + 2] as number) * (block[from + i + 2] as number);
    d += (query[i + 3] as number) * (block[from + i + 3] as number);
  }
  for (; i < length; i++) a += (query[i] as number) * (block[from + i] as number);
  return a + b + (c + d);
}
