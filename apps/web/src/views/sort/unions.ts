/** Which faces are one person by a user's word, as far as that can be: not where a photo shows both, nor where they were said to be two. */
export class Unions {
  readonly #parent: number[];
  readonly #photos: Set<number>[];
  readonly #apart: Set<number>[];

  constructor(photos: readonly number[], apart: readonly (readonly [number, number])[]) {
    this.#parent = photos.map((_, face) => face);
    this.#photos = photos.map((photo) => new Set([photo]));
    this.#apart = photos.map(() => new Set());
    for (const [a, b] of apart) {
      this.#apart[a]?.add(b);
      this.#apart[b]?.add(a);
    }
  }

  /** Makes one of two. @returns whether they can be, or are already */
  unite(a: number, b: number): boolean {
    const [into, from] = [this.#root(a), this.#root(b)];
    if (into === from) return true;
    const [photos, others] = [this.#photos[into], this.#photos[from]];
    const [apart, also] = [this.#apart[into], this.#apart[from]];
    if (!photos || !others || !apart || !also) return false;
    for (const photo of others) if (photos.has(photo)) return false;
    for (const face of also) if (this.#root(face) === into) return false;
    for (const face of apart) if (this.#root(face) === from) return false;
    for (const photo of others) photos.add(photo);
    for (const face of also) apart.add(face);
    this.#parent[from] = into;
    return true;
  }

  #root(face: number): number {
    let root = face;
    while (this.#parent[root] !== root) root = this.#parent[root] ?? root;
    for (let at = face; at !== root; ) {
      const next = this.#parent[at] ?? root;
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }
}
