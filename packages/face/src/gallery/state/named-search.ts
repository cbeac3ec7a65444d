import type { Search } from '@pocketnet/engine';

/** Opens an empty search over vectors of `dimension` numbers: `openSearch` of the engine, or of its native form. */
export type OpenSearch = (dimension: number) => Promise<Search>;

/** A vector that a search found. */
export interface Neighbour {
  readonly id: string;
  readonly cosine: number;
}

/** A search whose vectors have ids. */
export class NamedSearch {
  /** By row. */
  readonly #ids: string[] = [];

  constructor(private readonly search: Search) {}

  get size(): number {
    return this.search.size;
  }

  get dimension(): number {
    return this.search.dimension;
  }

  /** @throws RangeError for a vector of another length */
  checkLength({ length }: Float32Array): void {
    if (length !== this.dimension)
      throw new RangeError(`The template has ${length} numbers; those of its model here have ${this.dimension}.`);
  }

  /** @returns the vector's row, until it is removed */
  add(id: string, vector: Float32Array): number {
    const row = this.search.add(vector);
    this.#ids[row] = id;
    return row;
  }

  /** Overwrites the vector with zeros. */
  remove(row: number): void {
    this.search.remove(row);
    this.#ids[row] = '';
  }

  vector(row: number): Float32Array | undefined {
    return this.search.vector(row);
  }

  nearest(query: Float32Array, count: number): Neighbour[] {
    return this.search.topK(query, count).map(({ row, score }) => ({ id: this.#ids[row] as string, cosine: score })); // rows that are held have ids
  }

  close(): void {
    this.search.close();
    this.#ids.length = 0;
  }
}
