/** Lets work that goes together go at once, and work that must be alone wait for its turn. First come, first served. */
export class Turns {
  #alone: Promise<unknown> = Promise.resolve();
  #together = new Set<Promise<unknown>>();

  /** Work that others like it may go beside. */
  together<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#alone.then(work);
    const settled = mine.then(nothing, nothing);
    this.#together.add(settled);
    settled.then(() => this.#together.delete(settled));
    return mine;
  }

  /** Work that nothing else goes beside. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const before = [this.#alone, ...this.#together];
    const mine = Promise.all(before).then(work);
    this.#alone = mine.then(nothing, nothing);
    return mine;
  }
}

const nothing = (): void => undefined;
