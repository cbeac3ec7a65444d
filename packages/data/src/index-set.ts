/** Some of the numbers 0 to `length` - 1, for lengths above what a Set can hold (2²⁴). */
export class IndexSet {
  readonly #marks: Uint8Array;
  #size = 0;

  constructor(length: number) {
    this.#marks = new Uint8Array(length);
  }

  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return this.#marks[index] === 1;
  }

  add(index: number): void {
    if (this.#marks[index] !== 0) return; // there already, or out of range
    this.#marks[index] = 1;
    this.#size++;
  }

  *[Symbol.iterator](): Generator<number, undefined> {
    for (let index = this.#marks.indexOf(1); index >= 0; index = this.#marks.indexOf(1, index + 1)) yield index;
    return undefined;
  }
}
