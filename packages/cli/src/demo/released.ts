import type { PairSet } from '@pocketnet/data';
import { note, percent } from '../output.js';
import { licenceLine, usualReleased } from '../released.js';
import { pairCosines } from './measured.js';

/** Verdicts of the released network on the first pairs, at its card's threshold. */
export interface ReleasedVerdicts {
  network: string;
  pairs: number;
  right: number;
  threshold: number;
  accuracy: { estimate: number; low: number; high: number };
}

/** 600 pairs take about twenty seconds on one core. */
const PAIRS = 600;

/** Verifies pairs with the released network; undefined if none is installed or its card has no threshold. */
export async function judgeByReleased(pairs: PairSet): Promise<ReleasedVerdicts | undefined> {
  const released = await usualReleased();
  if (released?.threshold === undefined) return undefined;
  const { threshold } = released;
  note(licenceLine(released));
  const [{ openEmbedder }, { wilsonInterval }] = await Promise.all([
    import('@pocketnet/lab/embedders'),
    import('@pocketnet/evaluate'),
  ]);
  const same = pairs.same.slice(0, PAIRS);
  const embedder = await openEmbedder(released.path, { runtime: 'usual-engine' });
  try {
    const cosines = await pairCosines(embedder, { images: pairs.images.slice(0, 2 * same.length), same });
    const right = same.filter((truth, i) => (cosines[i] ?? Number.NaN) >= threshold === truth).length;
    const { estimate, low, high } = wilsonInterval(right, same.length);
    note(
      `${right} of ${same.length} pairs right at its card's threshold of ${threshold.toFixed(3)}: ` +
        `${percent(estimate)} % (95 % interval ${percent(low)} … ${percent(high)} %)`,
    );
    const accuracy = { estimate, low, high };
    return { network: released.card.network.name, pairs: same.length, right, threshold, accuracy };
  } finally {
    await embedder.close();
  }
}
