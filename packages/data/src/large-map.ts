/** Entries of one Map: V8 refuses more ("Map maximum size exceeded"), and sets of faces have more images. */
const MOST = 2 ** 24 - 1;

/** A Map for as many entries as fit in memory. */
export class LargeMap<Key, Value> {
  readonly #maps: Map<Key, Value>[] = [new Map()];
  readonly #most: number;

  /** @param most entries of one of the Maps behind it */
  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#maps.reduce((sum, { size }) => sum + size, 0);
  }

  has(key: Key): boolean {
    return this.#maps.some((map) => map.has(key));
  }

  get(key: Key): Value | undefined {
    return this.#maps.find((map) => map.has(key))?.get(key);
  }

  set(key: Key, value: Value): void {
    const owner = this.#maps.find((map) => map.has(key)) ?? this.#maps.find(({ size }) => size < this.#most);
    if (owner) owner.set(key, value);
    else this.#maps.push(new Map([[key, value]]));
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const map of this.#maps) yield* map;
    return undefined;
  }

  *values(): Generator<Value, undefined> {
    for (const map of this.#maps) yield* map.values();
    return undefined;
  }
}
