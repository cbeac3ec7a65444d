/** A row and its inner product with the query, summed in float64. */
export interface Found {
  readonly row: number;
  readonly score: number;
}

export interface SearchOptions {
  /** Rows to make room for at once; more may be added all the same. */
  readonly capacity?: number;
}

export interface TopOptions {
  /** Rows that score less are left out; a good bound makes the search faster. −Infinity unless said. */
  readonly least?: number;
}

/**
 * Vectors in memory, searched exactly: what a loop over all of them would find. It belongs to one thread.
 *
 * Each is held as float32 and in 8 bits. A search scans the latter, which bound every score from above, and scores in full what could
 * still be among the best.
 */
export interface Search {
  /** What computes: `simd` or `relaxed` (WebAssembly), `avx512`, `avx2`, `sse4`, `neon` (natively). */
  readonly form: string;
  readonly dimension: number;
  /** Vectors held. */
  readonly size: number;
  /** Bytes of memory, rows not yet in use included. */
  readonly bytes: number;
  /**
   * Adds a vector; nothing is built anew.
   *
   * @returns its row, a number from 0 that stays its own until it is removed
   * @throws an Error where it has another length, holds what is not finite or is longer than 10¹⁵, or where memory ends
   */
  add(vector: Float32Array): number;
  /** Overwrites a row with zeros; another vector may take it. @throws an Error where the row holds none */
  remove(row: number): void;
  /** A copy of a row's vector; undefined where it holds none. */
  vector(row: number): Float32Array<ArrayBuffer> | undefined;
  /**
   * The k vectors of the largest inner products with the query (cosines, where all have length 1), the largest first, equal ones by
   * row; fewer where fewer are held or reach `least`. The same bits on every machine.
   *
   * @throws an Error where the query is what `add` would refuse
   */
  topK(query: Float32Array, k: number, options?: TopOptions): Found[];
  /** Frees the memory; closing twice does no harm. */
  close(): void;
}

/** What WebAssembly and the addon offer alike; rows are free until they are set. */
export interface SearchMachine {
  readonly form: string;
  /** Makes room for more rows. @returns the bytes that they take; 0 where there is no memory */
  grow(rows: number): number;
  /** @returns false where the vector can't be compared */
  set(row: number, vector: Float32Array): boolean;
  clear(row: number): void;
  /** @returns false where the row is free */
  copy(row: number, to: Float32Array): boolean;
  /** @returns undefined where the query can't be compared */
  best(query: Float32Array, most: number, least: number): Found[] | undefined;
  close(): void;
}

const MOST_DIMENSION = 8192; // as c/search.h has it
const FIRST_ROWS = 64;

/** Opens a search in a machine that `make` starts. @throws an Error where dimension or capacity is none */
export function searchIn(make: () => SearchMachine, dimension: number, { capacity }: SearchOptions): Search {
  if (!(Number.isInteger(dimension) && dimension >= 1 && dimension <= MOST_DIMENSION))
    throw new Error(`Vectors of ${dimension} values; a search takes 1 to ${MOST_DIMENSION}.`);
  if (capacity !== undefined && !(Number.isInteger(capacity) && capacity >= 1 && capacity < 2 ** 32))
    throw new Error(`A search's capacity of ${capacity}; give a whole number of vectors.`);
  let machine: SearchMachine | undefined = make();
  const free: number[] = [];
  let [rows, used, bytes] = [0, 0, 0];

  const opened = (): SearchMachine => {
    if (!machine) throw new Error('The search is closed.');
    return machine;
  };
  const grow = (more: number): void => {
    const taken = opened().grow(more);
    if (taken === 0) throw new Error(`There is no memory for more than the ${rows} vectors of ${dimension} values.`);
    [rows, bytes] = [rows + more, bytes + taken];
  };
  const checkLength = ({ length }: Float32Array, what: string): void => {
    if (length !== dimension)
      throw new Error(`${what} has ${length} values, the search's vectors ${dimension}. Embed both with one network.`);
  };
  const refused = (what: string): Error =>
    new Error(`${what} holds a value that is not finite, or is longer than 10¹⁵.`);
  if (capacity !== undefined) grow(capacity);

  return {
    ...{ form: machine.form, dimension },
    get size() {
      return used - free.length;
    },
    get bytes() {
      return bytes;
    },
    add(vector) {
      checkLength(vector, 'The vector');
      if (free.length === 0 && used === rows) grow(Math.max(FIRST_ROWS, Math.ceil(rows / 8))); // never much more than is needed
      const row = free.at(-1) ?? used;
      if (!opened().set(row, vector)) throw refused('The vector');
      if (free.length > 0) free.pop();
      else used++;
      return row;
    },
    remove(row) {
      if (this.vector(row) === undefined) throw new Error(`Row ${row} of the search holds no vector.`);
      opened().clear(row);
      free.push(row);
    },
    vector(row) {
      const copy = new Float32Array(dimension);
      const holder = opened();
      return Number.isInteger(row) && row >= 0 && row < used && holder.copy(row, copy) ? copy : undefined;
    },
    topK(query, k, { least = -Infinity } = {}) {
      checkLength(query, 'The query');
      if (!(Number.isInteger(k) && k >= 1)) throw new Error(`The best ${k}; ask for a whole number from 1.`);
      if (Number.isNaN(least)) throw new Error('A least score that is no number; leave it out to find all.');
      const found = opened().best(query, Math.min(k, used - free.length), least);
      if (found === undefined) throw refused('The query');
      return found;
    },
    close() {
      machine?.close();
      machine = undefined;
    },
  };
}
