import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  loadTensors,
  type optim,
  randomState,
  saveTensors,
  scope,
  setRandomState,
  type Tensor,
} from '@pocketnet/torch';
import { type Recipe, refuseOther } from '../runs/index.js';
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
  /** What a resumed search must have in common with the one that wrote the checkpoint, by key. */
  recipe: Recipe;
}

export const searchCheckpoint = (folder: string): string => join(folder, 'checkpoint.safetensors');

export const hasSearchCheckpoint = (folder: string): boolean => existsSync(searchCheckpoint(folder));

/** One file, so that it is whole or old: α and weights under their released names behind `network.`, momenta, moments, random state. */
export function saveSearch(
  folder: string,
  { network, optimizer, architect, recipe }: SearchState,
  position: SearchPosition,
): void {
  scope(() => {
    const sections = { network: network.stateDict(), weights: optimizer.stateDict(), architect: architect.stateDict() };
    const tensors = new Map<string, Tensor>([['random.cpu', randomState()]]);
    for (const [section, state] of Object.entries(sections))
      for (const [name, value] of state) tensors.set(`${section}.${name}`, value);
    const metadata = { kind: 'search', position: JSON.stringify(position), recipe: JSON.stringify(recipe) };
    saveTensors(searchCheckpoint(folder), tensors, metadata);
  });
}

/** @throws an Error that names the file when it is of another search, and says in what */
export function loadSearchState(
  folder: string,
  { network, optimizer, architect, recipe }: SearchState,
): SearchPosition {
  const path = searchCheckpoint(folder);
  return scope(() => {
    const { tensors, metadata } = loadTensors(path);
    const random = tensors.get('random.cpu');
    if (!random || metadata.kind !== 'search' || metadata.position === undefined)
      throw new Error(`${path} is no checkpoint of a search.`);
    refuseOther(folder, 'search', JSON.parse(metadata.recipe ?? '{}'), recipe);
    const section = (name: string): Map<string, Tensor> =>
      new Map(
        Array.from(tensors).flatMap(([key, value]) =>
          key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [],
        ),
      );
    network.loadStateDict(section('network'));
    optimizer.loadStateDict(section('weights'));
    architect.loadStateDict(section('architect'));
    setRandomState(random);
    return { ...startPosition(), ...(JSON.parse(metadata.position) as SearchPosition) };
  });
}
