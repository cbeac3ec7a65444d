import type { FaceSource } from '@pocketnet/data';
import { falseMatchesByGroup, type GroupingResult } from '@pocketnet/evaluate';
import type { EmbeddingSource } from '../embedders/index.js';
import { type FaceGroups, faceGroups } from './face-groups.js';
import { embedFaces, type LabelledFaces } from './labelled-faces.js';

/**
 * How often a model takes strangers of one group for one person, at a threshold common to all.
 *
 * @param naming by which groups are told from the images' names: one of {@link faceGroups}
 * @param threshold a cosine
 * @returns one result a grouping, such as age
 * @throws Error where the groups are not known, or no image is named so
 */
export async function compareGroups(
  source: EmbeddingSource,
  faces: FaceSource,
  naming: string,
  threshold: number,
): Promise<GroupingResult[]> {
  const kind = groupsNamed(naming);
  return byGroup(kind, faces, await embedFaces(source, faces), [threshold]);
}

/** @throws Error where there are no groups of that name */
export function groupsNamed(name: string): FaceGroups {
  const kind = faceGroups.find((each) => each.name === name);
  if (!kind)
    throw new Error(`There are no groups "${name}". Choose from: ${faceGroups.map((each) => each.name).join(', ')}.`);
  return kind;
}

/** One result a grouping and threshold, in that order. */
export function byGroup(
  kind: FaceGroups,
  faces: FaceSource,
  { matrix, indices, labels }: LabelledFaces,
  thresholds: readonly number[],
  confidence?: number,
): GroupingResult[] {
  const read = indices.map((index) => kind.read(faces.imageName?.(index) ?? ''));
  const names = [...new Set(read.flatMap((groups) => Object.keys(groups ?? {})))];
  if (names.length === 0)
    throw new Error(`None of the images of ${faces.name} is named as ${kind.names}: their groups are not known.`);
  const groupings = names.map((name) => ({ name, groups: read.map((groups) => groups?.[name] ?? null) }));
  return falseMatchesByGroup(matrix, labels, groupings, thresholds, confidence === undefined ? {} : { confidence });
}
