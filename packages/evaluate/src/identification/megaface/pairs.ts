import type { Matrix } from '../../matrix.js';
import { placesOf } from '../places.js';
import type { ScoreScan } from '../scan.js';

/** The genuine pairs of the FaceScrub probes: each ordered pair of different images of one identity is a trial. */
export interface FacePairs {
  /** Per ordered pair its searching probe, ascending, and the probe that stands in the gallery as its mate. */
  readonly probe: Int32Array;
  readonly mate: Int32Array;
  readonly score: Float64Array;
  /** Where each probe's pairs begin, and at the end how many there are. */
  readonly start: Int32Array;
}

/** All ordered pairs of one identity, with their scores in float64. */
export function facePairs(scan: ScoreScan, identities: readonly string[]): FacePairs {
  const probes: Matrix = scan.probes;
  const images = placesOf(identities);
  const probe: number[] = [];
  const mate: number[] = [];
  const start = [0];
  identities.forEach((identity, image) => {
    for (const other of images.get(identity) ?? []) {
      if (other === image) continue;
      probe.push(image);
      mate.push(other);
    }
    start.push(probe.length);
  });
  return {
    probe: Int32Array.from(probe),
    mate: Int32Array.from(mate),
    score: Float64Array.from(probe, (image, pair) => scan.similarity(image, probes, mate[pair] as number)), // as long
    start: Int32Array.from(start),
  };
}
