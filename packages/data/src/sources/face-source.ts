import type { Origin } from '../picture/decode.js';
import type { Picture } from '../picture/picture.js';

/** A collection of labelled encoded face crops with random access. */
export interface FaceSource {
  /** What a person calls it: the location without its folders. */
  readonly name: string;
  /** Number of images. */
  readonly length: number;
  /** Number of classes a head over these labels needs: every label (but -1) is in `[0, identities)`. 0: unlabelled. */
  readonly identities: number;
  /** The class of image `index` in `[0, length)`; 0 everywhere in an unlabelled source, -1 in an unlabelled part of a joined one. */
  label(index: number): number;
  /** The encoded picture of image `index`. Throws a DataError that names file and record. */
  read(index: number): Uint8Array;
  /** The picture itself, of a source that draws its faces and need not encode them first. */
  picture?(index: number): Picture | undefined;
  /** Where image `index` is kept, and what can be done there about a bad one, for messages about it. */
  place?(index: number): Origin;
  /** What image `index` is called at its source: its path in an image folder, its name in `train.lst`. */
  imageName?(index: number): string | undefined;
  /** Of a selection: which image of the source that it selects from image `index` is. Ascending. */
  original?(index: number): number;
  /** What whoever uses the source should be told of it, a sentence each: labels that were renumbered. */
  readonly notes?: readonly string[];
  close(): void;
}

/** Whether image `index` is nobody's in particular, and two such images are no more of one person than any others. */
export function isUnlabelled(source: Pick<FaceSource, 'identities' | 'label'>, index: number): boolean {
  return source.identities === 0 || source.label(index) < 0;
}

/** One way to hold faces: a sibling in this folder, listed in `registry.ts`. */
export interface SourceKind {
  readonly name: string;
  /** The shape of its locations, for messages: "a RecordIO file (train.rec)". */
  readonly locations: string;
  /** Whether `location` (without a selection) is of this kind. Looks at names and at the disk, reads no records. */
  matches(location: string): boolean;
  /** @param openPart opens a part of a location that is made of others */
  open(location: string, openPart: (location: string) => FaceSource): FaceSource;
  /** Whether its labels are as somebody wrote them, and may have gaps: `openSource` then renumbers them. */
  readonly hasRawLabels?: boolean;
  /** Faults beyond those that reading the images finds; `deep` reads every record. */
  problems?(location: string, deep: boolean): string[];
}
