import { Random } from '@pocketnet/files';
import { placesOf } from '../places.js';
import type { ScoreScan } from '../scan.js';
import type { FacePairs } from './pairs.js';

/**
 * Ranks of the traditional gallery: one random image of each identity beside the distractors; every other image searches. Who is
 * before the mate among the distractors is known of the pair already, so only the other identities' images are compared.
 *
 * @param rank of an ordered pair with so many more gallery images above and level with the mate
 */
export function traditionalRanks(
  scan: ScoreScan,
  identities: readonly string[],
  pairs: FacePairs,
  seed: number,
  galleries: number,
  rank: (pair: number, higher: number, equal: number) => number,
): Float64Array {
  const random = new Random(seed);
  const images = placesOf(identities);
  const ranks: number[] = [];
  for (let gallery = 0; gallery < galleries; gallery++) {
    const chosen = Array.from(images.values(), (ofOne) => ofOne[random.int(ofOne.length)] as number); // never empty
    const inGallery = new Set(chosen);
    pairs.probe.forEach((probe, pair) => {
      if (!inGallery.has(pairs.mate[pair] as number) || inGallery.has(probe)) return; // as many
      const mateScore = pairs.score[pair] as number; // as many
      let higher = 0;
      let equal = 0;
      for (const image of chosen) {
        if (identities[image] === identities[probe]) continue;
        const score = scan.similarity(probe, scan.probes, image);
        if (score > mateScore) higher++;
        else if (score === mateScore) equal++;
      }
      ranks.push(rank(pair, higher, equal));
    });
  }
  return Float64Array.from(ranks);
}
