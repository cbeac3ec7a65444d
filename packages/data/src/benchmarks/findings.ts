import type { BenchmarkPair } from './benchmark.js';

/** More of the same finding only repeat each other. */
const MOST_LISTED = 10;

/**
 * What is odd about a list's names, a sentence each. Nothing is left out of the pairs for it. Of pairs that occur twice
 * `duplicatePairs` tells, which looks at the pictures.
 */
export function findingsOf(pairs: readonly BenchmarkPair[], person: (image: string) => string): string[] {
  return [
    ...few(contradictions(pairs, person), 'labels contradict the names'),
    ...few(straddlers(pairs, person), 'people are in several folds'),
  ];
}

function few(sentences: readonly string[], kind: string): string[] {
  if (sentences.length <= MOST_LISTED) return [...sentences];
  return [...sentences.slice(0, MOST_LISTED), `In all, ${sentences.length} ${kind}.`];
}

function contradictions(pairs: readonly BenchmarkPair[], person: (image: string) => string): string[] {
  const wrong = pairs.filter(({ a, b, same }) => (person(a) === person(b)) !== same);
  return wrong.map(
    ({ a, b, same, place }) =>
      `${place}: ${a}, ${b} is ${same ? 'genuine' : 'an impostor pair'}, but the names are of ${same ? 'two people' : 'one'}.`,
  );
}

/** Folds are to share no person: what is learnt on nine of them would leak into the tenth. */
function straddlers(pairs: readonly BenchmarkPair[], person: (image: string) => string): string[] {
  const folds = new Map<string, Set<number>>();
  for (const { a, b, fold } of pairs) {
    for (const name of [person(a), person(b)]) folds.set(name, (folds.get(name) ?? new Set()).add(fold));
  }
  const several = [...folds].filter(([, places]) => places.size > 1);
  return several.map(([name, places]) => `${name} is in the folds ${[...places].map((fold) => fold + 1).join(', ')}.`);
}
