import { checkSearch, type LoadedSearch } from '@pocketnet/lab';

/** A search of seconds: 4 people, 3 cells of 2 nodes, 4 steps an epoch. */
export const tinySearch = (changes: Record<string, unknown> = {}): LoadedSearch =>
  checkSearch(
    {
      data: { train: 'generated:identities=4,images=8,seed=1,size=32', size: 32, workers: 0 },
      network: { channels: 4, cells: 3, nodes: 2 },
      batch: 4,
      epochs: 2,
      lr: 0.05,
      threads: 1,
      logEvery: 1,
      validateEvery: 0,
      ...changes,
    },
    'test',
  );
