import type { BenchRequest } from './runner.js';

/** Runs that are not counted before each turn: a process that has waited for its turn finds its caches cold and its memory put away. */
export const WARMING = 3;

/**
 * Milliseconds of each of `runs` runs, one after the other.
 *
 * @param feedsOf makes the input of so many images, before the clock runs
 */
export async function measure<Feeds>(
  feedsOf: (batch: number) => Feeds,
  run: (feeds: Feeds) => Promise<unknown>,
  { runs, batch }: BenchRequest,
): Promise<number[]> {
  const feeds = feedsOf(batch);
  const milliseconds: number[] = [];
  for (let i = -WARMING; i < runs; i++) {
    const start = performance.now();
    await run(feeds);
    if (i >= 0) milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}
