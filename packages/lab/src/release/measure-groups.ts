import { openSource } from '@pocketnet/data';
import { compareGroups } from '../calibration/index.js';
import type { EmbeddingSource } from '../embedders/index.js';
import { bareInterval, type ReleaseCard } from './card.js';
import type { ReleaseDescription } from './description.js';

/**
 * Measures how often strangers of one group are taken for one person, at the threshold that all share.
 *
 * @param threshold the cosine from which on the network says "same"
 */
export async function measureGroups(
  source: EmbeddingSource,
  { faces: location, naming }: NonNullable<ReleaseDescription['groups']>,
  threshold: number,
): Promise<ReleaseCard['groups']> {
  const faces = openSource(location);
  try {
    const results = await compareGroups(source, faces, naming, threshold);
    const overall = results[0]?.overall;
    if (overall === undefined) return null;
    const rows = results.flatMap(({ name: grouping, groups, rates }) =>
      rates
        .filter(({ first, second }) => first === second)
        .map(({ first: name, pairs, falseMatches, fmr }) => ({
          ...{ grouping, name, pairs, falseMatches, fmr: fmr && bareInterval(fmr) },
          faces: groups.find((group) => group.name === name)?.faces ?? 0,
        })),
    );
    return { data: faces.name, threshold, overall: bareInterval(overall), rows };
  } finally {
    faces.close();
  }
}
