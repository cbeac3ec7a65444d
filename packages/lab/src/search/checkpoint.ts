import { type optim, randomState, scope, setRandomState } from '@pocketnet/torch';
import { type Recipe, readCheckpoint, without, writeCheckpoint } from '../runs/index.js';
import type { SearchNetwork } from '../search-space/search-network.js';

/** Where a search stands. */
export interface SearchPosition {
  /** Steps done. */
  step: number;
  /** The epoch of the next step, and its place in it. */
  epoch: number;
  batch: number;
  /** Sums since the epoch's begin. */
  sums: { trainLoss: number; valLoss: number; valAccuracy: number };
  /** Genotype of the last epoch that had not collapsed. */
  sound: string | null;
  /** Accuracies on α's half, last and best. */
  accuracy: number | null;
  best: number | null;
  bestEpoch: number;
}

export const startPosition = (): SearchPosition => ({
  step: 0,
  epoch: 0,
  batch: 0,
  sums: { trainLoss: 0, valLoss: 0, valAccuracy: 0 },
  sound: null,
  accuracy: null,
  best: null,
  bestEpoch: 0,
});

/** What a checkpoint is made of, and put back into. */
export interface SearchState {
  network: SearchNetwork;
  optimizer: optim.Optimizer;
  architect: optim.Optimizer;
  recipe: Recipe;
}

const kind = 'search';

/** What may be changed amid a search by name: shapes and batches do not follow from it. */
const changeable = [
  ...['lr', 'minLr', 'epochs', 'momentum', 'weightDecay', 'clip', 'budget'],
  ...['architect.lr', 'architect.betas', 'architect.weightDecay', 'architect.warmupEpochs'],
];

/** α and weights under their released names behind `network.`, momenta, moments, random state. */
export function saveSearch(
  folder: string,
  { network, optimizer, architect, recipe }: SearchState,
  position: SearchPosition,
): void {
  scope(() => {
    const sections = { network: network.stateDict(), weights: optimizer.stateDict(), architect: architect.stateDict() };
    writeCheckpoint(folder, { kind, recipe }, sections, randomState(), position);
  });
}

/**
 * @param change keys of the recipe that may differ from the checkpoint's
 * @throws an Error that names the file when it is of another search, and says in what
 */
export function loadSearchState(
  folder: string,
  { network, optimizer, architect, recipe }: SearchState,
  change?: readonly string[],
): { position: SearchPosition; changed: string[] } {
  const firstRecipe = without(recipe, ['syncBatchNorm']);
  const options = { kind, what: kind, recipe, firstRecipe, start: startPosition(), changeable, change } as const;
  return readCheckpoint(folder, options, (section, random) => {
    network.loadStateDict(section('network'));
    optimizer.loadStateDict(section('weights'));
    architect.loadStateDict(section('architect'));
    setRandomState(random);
  });
}
