import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type Recipe, refuseOther } from '../runs/index.js';
import { isBetter, type Score } from './judge.js';

/** A genotype that was tried, and what it came to on the half that its weights have not seen. */
export interface Candidate extends Score {
  /** By which `random:SEED` draws the same, where it was drawn by chance. */
  seed?: number;
  genotype: string;
  /** Of the network without its classifier, for an image of the search's size. */
  parameters: number;
  flops: number;
  /** Predicted milliseconds of an image, where the search has a table. */
  ms?: number;
  /** That it took to try it. */
  seconds: number;
}

export const candidatesFile = (folder: string): string => join(folder, 'candidates.json');

/** The best first; of equal ones the earlier. */
export const ranked = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.toSorted((a, b) => Number(isBetter(b, a)) - Number(isBetter(a, b)));

export function writeCandidates(folder: string, recipe: Recipe, candidates: readonly Candidate[]): void {
  writeFileAtomic(candidatesFile(folder), `${JSON.stringify({ recipe, candidates }, null, 1)}\n`);
}

/** What a network said that has learned on since is no longer true of it. */
export const forgetCandidates = (folder: string): void => rmSync(candidatesFile(folder), { force: true });

/**
 * Those that a folder holds of the same search; none where it has no file yet.
 * @param changeable keys of the recipe that may be changed by name
 * @param earlier what older files did not count in their recipes
 * @throws an Error that says in what the folder's search is another one
 */
export function readCandidates(
  folder: string,
  recipe: Recipe,
  {
    change,
    changeable = [],
    earlier = {},
  }: { change?: readonly string[] | undefined; changeable?: readonly string[]; earlier?: Recipe } = {},
): Candidate[] {
  if (!existsSync(candidatesFile(folder))) return [];
  const before = JSON.parse(readFileSync(candidatesFile(folder), 'utf8')) as {
    recipe: Recipe;
    candidates: (Partial<Score> & Omit<Candidate, keyof Score>)[];
  };
  refuseOther(folder, 'search', { ...earlier, ...before.recipe }, recipe, changeable, change);
  return before.candidates.map((candidate) => ({ accuracy: null, distance: null, ...candidate }));
}
