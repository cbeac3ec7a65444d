/** The best of what is offered, by insertion: for a few tens of places that is faster than a heap. */
export class Best {
  readonly #rows: Uint32Array;
  readonly #scores: Float64Array;
  #size = 0;

  constructor(private readonly places: number) {
    this.#rows = new Uint32Array(places);
    this.#scores = new Float64Array(places);
  }

  /** What an offer must exceed. */
  get floor(): number {
    return this.#size < this.places ? -Infinity : (this.#scores[this.places - 1] as number);
  }

  offer(row: number, score: number): void {
    if (score <= this.floor) return;
    let at = Math.min(this.#size, this.places - 1);
    for (; at > 0 && (this.#scores[at - 1] as number) < score; at--) {
      this.#scores[at] = this.#scores[at - 1] as number;
      this.#rows[at] = this.#rows[at - 1] as number;
    }
    this.#scores[at] = score;
    this.#rows[at] = row;
    if (this.#size < this.places) this.#size++;
  }

  list(): { readonly row: number; readonly score: number }[] {
    return Array.from({ length: this.#size }, (_, i) => ({
      row: this.#rows[i] as number,
      score: this.#scores[i] as number,
    }));
  }
}
