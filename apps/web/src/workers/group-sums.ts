/** Groups of faces by the sums of their vectors, whose products tell how alike they are on the mean. */
export class GroupSums {
  readonly #sums: readonly Float64Array[];

  constructor(
    private readonly groups: readonly (readonly number[])[],
    vectorOf: (face: number) => ArrayLike<number>,
  ) {
    this.#sums = groups.map((faces) => {
      const sum = new Float64Array(vectorOf(faces[0] ?? 0).length);
      for (const face of faces) {
        const vector = vectorOf(face);
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
      }
      return sum;
    });
  }

  /** Mean cosine of the faces of one group with those of another. */
  cosine(a: number, b: number): number {
    const [x, y] = [this.#sums[a], this.#sums[b]];
    let sum = 0;
    for (let i = 0; i < (x?.length ?? 0); i++) sum += (x?.[i] ?? 0) * (y?.[i] ?? 0);
    return sum / ((this.groups[a]?.length ?? 1) * (this.groups[b]?.length ?? 1));
  }
}
