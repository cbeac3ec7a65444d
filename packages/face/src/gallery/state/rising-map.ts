/**
 * A map whose keys mostly come in rising order, as ids that begin with the time do. Such a key costs an append and no hash, which counts
 * where a million are read at once; it is found by bisection. The others lie in a map beside it.
 */
export class RisingMap<V> {
  readonly #keys: string[] = [];
  /** By the key's place; undefined where it was removed. */
  readonly #values: (V | undefined)[] = [];
  readonly #others = new Map<string, V>();
  #removed = 0;

  get size(): number {
    return this.#keys.length - this.#removed + this.#others.size;
  }

  get(key: string): V | undefined {
    const at = this.#placeOf(key);
    return at === undefined ? this.#others.get(key) : this.#values[at];
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V & {}): void {
    const last = this.#keys.at(-1);
    if (last === undefined || key > last) {
      this.#keys.push(key);
      this.#values.push(value);
      return;
    }
    const at = this.#placeOf(key);
    if (at === undefined) this.#others.set(key, value);
    else {
      if (this.#values[at] === undefined) this.#removed--;
      this.#values[at] = value;
    }
  }

  delete(key: string): void {
    const at = this.#placeOf(key);
    if (at === undefined) this.#others.delete(key);
    else if (this.#values[at] !== undefined) {
      this.#values[at] = undefined;
      this.#removed++;
      if (this.#removed > 1000 && 2 * this.#removed > this.#keys.length) this.#close();
    }
  }

  /** Those in rising order first. It may be changed meanwhile by nobody. */
  *values(): Generator<V> {
    for (const value of this.#values) if (value !== undefined) yield value;
    yield* this.#others.values();
  }

  /** Gives up the places of what was removed. */
  #close(): void {
    let kept = 0;
    for (const [at, value] of this.#values.entries()) {
      if (value === undefined) continue;
      this.#keys[kept] = this.#keys[at] as string; // there are as many
      this.#values[kept++] = value;
    }
    this.#keys.length = kept;
    this.#values.length = kept;
    this.#removed = 0;
  }

  /** Where the key lies among those that rose. */
  #placeOf(key: string): number | undefined {
    let [low, high] = [0, this.#keys.length];
    const last = this.#keys[high - 1];
    if (last === undefined || key > last) return undefined;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1; // below high
      else high = middle;
    }
    return this.#keys[low] === key ? low : undefined;
  }
}
