import type { Graph } from '../graph/graph.js';
import { encodeModel } from '../model/model.js';
import type { Feed } from '../run/feeds.js';
import { type Model, type OpenOptions, openModel } from '../run/model.js';
import { rewrite } from './optimize.js';
import { RECIPES } from './recipes.js';

export interface FastestOptions extends OpenOptions {
  /** Runs of each before the slower half is dropped, 5 unless said. */
  readonly runs?: number;
  /** Called for every run. */
  readonly onProgress?: (done: number, recipe: string) => void;
}

/** Timing of one recipe: milliseconds per run, their median, and their number. */
export interface RecipeTiming {
  readonly recipe: string;
  readonly milliseconds: number;
  readonly runs: number;
  readonly nodes: number;
}

interface Entrant {
  readonly recipe: string;
  readonly graph: Graph;
  readonly model: Model;
  readonly times: number[];
}

/**
 * Rewrites a graph by every recipe of `RECIPES`, times all on this machine, and drops the slower half until one is left (successive
 * halving). Runs alternate, so that a slow minute of the machine slows all of them.
 *
 * @param feeds of one run, such as one face
 * @param given names of recipes; all unless said
 * @returns the fastest graph, and the timings, fastest first; recipes that give the same graph are timed once
 */
export async function fastestRecipe(
  graph: Graph,
  feeds: Record<string, Feed>,
  options: FastestOptions = {},
  given: readonly string[] = Object.keys(RECIPES),
): Promise<{ recipe: string; graph: Graph; timings: RecipeTiming[] }> {
  const { runs = 5, onProgress, ...open } = options;
  const all: Entrant[] = [];
  try {
    for (const { recipe, graph: written } of distinct(graph, given))
      all.push({ recipe, graph: written, model: await openModel(encodeModel(written), open), times: [] });
    for (const { model } of all) await model.run(feeds); // the first run of a session prepares its memory
    let left = all;
    let done = 0;
    do {
      for (let run = 0; run < runs; run++)
        for (const { recipe, model, times } of left) {
          const start = performance.now();
          await model.run(feeds);
          times.push(performance.now() - start);
          onProgress?.(++done, recipe);
        }
      left = left.toSorted((a, b) => median(a.times) - median(b.times)).slice(0, Math.ceil(left.length / 2));
    } while (left.length > 1);
    const [winner] = left;
    if (!winner) throw new Error('The list of recipes is empty. Give at least one.');
    const timings = all.map(({ recipe, times, graph: { nodes } }) => ({
      ...{ recipe, milliseconds: median(times), runs: times.length, nodes: nodes.length },
    }));
    // Who was dropped early ran less, and is not ranked above who stayed.
    timings.sort((a, b) => b.runs - a.runs || a.milliseconds - b.milliseconds);
    return { recipe: winner.recipe, graph: winner.graph, timings };
  } finally {
    for (const { model } of all) await model.close();
  }
}

function distinct(graph: Graph, given: readonly string[]): { recipe: string; graph: Graph }[] {
  const seen = new Set<string>();
  return given.flatMap((recipe) => {
    const passes = RECIPES[recipe];
    if (!passes) throw new Error(`There is no recipe "${recipe}"; there are ${Object.keys(RECIPES).join(', ')}.`);
    const written = rewrite(graph, passes).graph;
    const key = JSON.stringify(written.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs]));
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ recipe, graph: written }];
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
