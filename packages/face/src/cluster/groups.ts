import type { Cluster, ClusterOptions } from './cluster.js';

/** Groups of faces while they are merged: the sum of each one's vectors, and with whom it must not become one. */
export class Groups {
  /** Groups that may still be merged. */
  readonly open = new Set<number>();
  readonly #length: number;
  readonly #sums: Float64Array;
  readonly #members: number[][];
  /** Photos that a group's faces are of. */
  readonly #photos: Set<string | number>[];
  /** Groups that a user said are others. */
  readonly #apart: Set<number>[];

  constructor(
    private readonly vectors: readonly ArrayLike<number>[],
    { photos, together = [], apart = [] }: ClusterOptions,
  ) {
    this.#length = vectors[0]?.length ?? 0;
    this.#sums = new Float64Array(vectors.length * this.#length);
    for (const [face, vector] of vectors.entries()) {
      if (vector.length !== this.#length)
        throw new RangeError(
          `Face ${face} has ${vector.length} numbers, the first one ${this.#length}: give one model's.`,
        );
      const numbers = Array.from(vector);
      if (!numbers.every(Number.isFinite))
        throw new RangeError(`Face ${face} is not of finite numbers: give templates of unit length.`);
      this.#sums.set(numbers, face * this.#length);
      this.open.add(face);
    }
    if (photos && photos.length !== vectors.length)
      throw new RangeError(`There are ${vectors.length} faces and ${photos.length} photos; give each face's photo.`);
    this.#members = vectors.map((_, face) => [face]);
    this.#photos = vectors.map((_, face) => new Set(photos?.[face] === undefined ? [] : [photos[face]]));
    this.#apart = vectors.map(() => new Set());
    for (const [a, b] of apart) {
      this.#checked(a).add(b);
      this.#checked(b).add(a);
    }
    this.#unite(together);
  }

  /** The open group whose mean cosine with this one is highest; of several, `preferred`. Undefined where none may be merged with it. */
  nearest(group: number, preferred: number | undefined): { group: number; cosine: number } | undefined {
    let best = preferred;
    let highest = preferred === undefined ? -Infinity : this.#cosine(group, preferred);
    for (const other of this.open) {
      if (other === group || other === preferred) continue;
      const cosine = this.#cosine(group, other);
      if (cosine <= highest || this.#mustStayApart(group, other)) continue;
      best = other;
      highest = cosine;
    }
    return best === undefined ? undefined : { group: best, cosine: highest };
  }

  settle(group: number): void {
    this.open.delete(group);
  }

  /** Makes one group of two, under the name of the first. */
  merge(into: number, from: number): void {
    const [a, b] = [into * this.#length, from * this.#length];
    for (let i = 0; i < this.#length; i++) this.#sums[a + i] = this.#sum(a + i) + this.#sum(b + i);
    for (const face of this.#of(this.#members, from).splice(0)) this.#of(this.#members, into).push(face);
    for (const photo of this.#of(this.#photos, from)) this.#of(this.#photos, into).add(photo);
    for (const other of this.#of(this.#apart, from)) {
      this.#of(this.#apart, other).delete(from);
      this.#of(this.#apart, other).add(into);
      this.#of(this.#apart, into).add(other);
    }
    this.open.delete(from);
  }

  /** What the groups are by now, the largest first. */
  clusters(): Cluster[] {
    return this.#members
      .flatMap((faces, group) => (faces.length > 0 ? [this.#cluster(group, faces)] : []))
      .sort((a, b) => b.faces.length - a.faces.length || (a.faces[0] ?? 0) - (b.faces[0] ?? 0));
  }

  #cluster(group: number, faces: readonly number[]): Cluster {
    const others = faces.length - 1;
    const sure = faces
      .map((face) => ({ face, likeness: others === 0 ? 1 : (this.#dot(face, group) - this.#square(face)) / others }))
      .sort((a, b) => b.likeness - a.likeness || a.face - b.face);
    return { faces: sure.map(({ face }) => face), likeness: sure.map(({ likeness }) => likeness) };
  }

  /** Merges whom a user called one person, before anything is looked at. */
  #unite(together: readonly (readonly [number, number])[]): void {
    const groupOf = this.vectors.map((_, face) => face);
    for (const [a, b] of together) {
      this.#checked(a);
      this.#checked(b);
      const [into, from] = [groupOf[a] as number, groupOf[b] as number]; // both are faces
      if (into === from) continue;
      if (this.#mustStayApart(into, from))
        throw new RangeError(
          `Faces ${a} and ${b} cannot be one person: they are of one photo, or were said to be two people.`,
        );
      for (const face of this.#of(this.#members, from)) groupOf[face] = into;
      this.merge(into, from);
    }
  }

  #mustStayApart(a: number, b: number): boolean {
    if (this.#of(this.#apart, a).has(b)) return true;
    const [few, many] = [this.#of(this.#photos, a), this.#of(this.#photos, b)].sort((x, y) => x.size - y.size);
    for (const photo of few ?? []) if (many?.has(photo)) return true;
    return false;
  }

  #cosine(a: number, b: number): number {
    const [from, to] = [a * this.#length, b * this.#length];
    let sum = 0;
    for (let i = 0; i < this.#length; i++) sum += this.#sum(from + i) * this.#sum(to + i);
    return sum / (this.#of(this.#members, a).length * this.#of(this.#members, b).length);
  }

  /** A face's vector with the sum of a group. */
  #dot(face: number, group: number): number {
    const vector = this.vectors[face] ?? [];
    let sum = 0;
    for (let i = 0; i < this.#length; i++) sum += (vector[i] ?? 0) * this.#sum(group * this.#length + i);
    return sum;
  }

  #square(face: number): number {
    return Array.from(this.vectors[face] ?? []).reduce((sum, value) => sum + value * value, 0);
  }

  #sum(at: number): number {
    return this.#sums[at] as number; // inside
  }

  #of<T>(list: readonly T[], group: number): T {
    return list[group] as T; // groups are named by faces, of which each list has an entry
  }

  #checked(face: number): Set<number> {
    const apart = this.#apart[face];
    if (!apart) throw new RangeError(`There is no face ${face}: there are ${this.vectors.length}, counted from 0.`);
    return apart;
  }
}
