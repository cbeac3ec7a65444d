/** Labels from first to last, both included. */
export type LabelRange = [first: number, last: number];

/** Which faces of a source to keep; the keys act in this order. Written in a location, they are a query: `location.ts`. */
export interface Selection {
  /** Only the images that this list names: a file's path, see `image-list.ts`. */
  only?: string;
  /** All but the images that this list names. */
  without?: string;
  /** Only these labels. */
  identities?: LabelRange[];
  /** Only identities with at least so many images. */
  minImages?: number;
  /** All but this fraction of the identities, in (0, 1), drawn by `seed`. */
  holdOut?: number;
  /** The fraction that `holdOut` leaves away. */
  heldOut?: number;
  /** At most so many images of an identity, drawn by `seed`. */
  maxImages?: number;
  /** One of so many equal parts of every identity's images, dealt by `foldSeed`; every part keeps all labels. */
  fold?: Fold;
  /** As `seed` unless said. */
  foldSeed?: number;
  /** 0 unless said. */
  seed?: number;
}

/** Part `part` (from 1) of `parts`. */
export interface Fold {
  part: number;
  parts: number;
}
