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
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];

  constructor(private readonly search: Search) {}

  get size(): number {
    return this.search.size;
  }

  get dimension(): number {
    return this.search.dimension;
  }

  /** Adds a vector, or replaces that of this id. */
  add(id: string, vector: Float32Array): void {
    this.remove(id);
    const row = this.search.add(vector);
    this.#rows.set(id, row);
    this.#ids[row] = id;
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.search.remove(row);
    this.#rows.delete(id);
    this.#ids[row] = '';
  }

  get(id: string): Float32Array | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : this.search.vector(row);
  }

  nearest(query: Float32Array, count: number): Neighbour[] {
    return this.search.topK(query, count).map(({ row, score }) => ({ id: this.#ids[row] as string, cosine: score })); // rows that are held have ids
  }

  close(): void {
    this.search.close();
    this.#rows.clear();
    this.#ids.length = 0;
  }
}
