/** A face of a photo by what outlives the visit: the photo's content, and the face's box in pixels of it. */
export type FaceKey = string;

/** What a user said of faces of sorted photos. Later words stand above earlier ones. */
export type Statement =
  /** They are this person; `''` takes the name away. */
  | { readonly says: 'is'; readonly person: string; readonly faces: readonly FaceKey[] }
  | { readonly says: 'is not'; readonly person: string; readonly faces: readonly FaceKey[] }
  /** They are one person, whoever it is. */
  | { readonly says: 'one'; readonly faces: readonly FaceKey[] }
  /** The first is another person than the others. */
  | { readonly says: 'apart'; readonly faces: readonly FaceKey[] }
  /** These two are two people. */
  | { readonly says: 'two'; readonly faces: readonly [FaceKey, FaceKey] }
  | { readonly says: 'not a face'; readonly faces: readonly FaceKey[] }
  /** Strangers who happened to be there. */
  | { readonly says: 'ignore'; readonly faces: readonly FaceKey[] };

/** A statement as it is kept. */
export type KeptStatement = Statement & {
  readonly id: string;
  /** When, in milliseconds since 1970. */
  readonly added: number;
  /** The first of its faces. */
  readonly picture: Blob | undefined;
};
