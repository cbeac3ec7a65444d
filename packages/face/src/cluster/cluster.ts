export interface ClusterOptions {
  /** Two groups become one while the mean cosine of all pairs between them is at least this; e.g. `thresholds().strict` of a PocketNet. */
  readonly threshold: number;
  /** The photo of each face: two faces of one photo are two people. */
  readonly photos?: readonly (string | number | undefined)[];
  /** Pairs of faces that a user said are one person. */
  readonly together?: readonly (readonly [number, number])[];
  /** Pairs that a user said are two. */
  readonly apart?: readonly (readonly [number, number])[];
  /** Share of the faces that are settled, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Faces that are taken for one person. */
export interface Cluster {
  /** Indices of faces, the surest first. */
  readonly faces: readonly number[];
  /** Mean cosine of each of them with the others, in their order; 1 for a face alone. */
  readonly likeness: readonly number[];
}
