import type { StoredTemplate } from '../../template.js';
import type { Face } from '../face.js';
import { type Identification, type IdentifyOptions, identify, type SearchIn } from './identify.js';

/** A face of a photo. */
export interface FaceInPhoto {
  readonly template: StoredTemplate;
  readonly face: Face;
}

/** Who the faces of one photo are. Nobody is there twice: of two faces, the one that is surer has the name, and the other is looked at again. */
export async function identifyPhoto(
  search: SearchIn,
  faces: readonly FaceInPhoto[],
  options: Omit<IdentifyOptions, 'face'>,
): Promise<Identification[]> {
  const taken = new Map<number, string>();
  const results: Identification[] = [];
  for (const [i, { template, face }] of faces.entries())
    results[i] = await identify(search, template, { ...options, face });
  for (;;) {
    const next = surest(results, taken);
    if (next === undefined) return results;
    const { person } = results[next] as Identification;
    taken.set(next, person as string);
    for (const [i, { template, face }] of faces.entries())
      if (!taken.has(i) && results[i]?.candidates.some((each) => each.person === person))
        results[i] = await identify(search, template, { ...options, face }, new Set(taken.values()));
  }
}

/** The match that is surest among those not yet settled: a user's word before any cosine. */
function surest(results: readonly Identification[], settled: ReadonlyMap<number, string>): number | undefined {
  let best: number | undefined;
  let score = -Infinity;
  for (const [i, result] of results.entries()) {
    if (settled.has(i) || result.decision !== 'match') continue;
    const mine = result.threshold ? (result.candidates[0]?.cosine ?? 0) : Infinity; // a user's word has no threshold
    if (mine <= score) continue;
    score = mine;
    best = i;
  }
  return best;
}
