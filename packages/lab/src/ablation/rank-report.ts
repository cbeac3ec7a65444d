import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { htmlReport } from '@pocketnet/evaluate';
import { writeFileAtomic } from '@pocketnet/files/node';
import { kendallInterval } from '../search/kendall.js';
import { costOfCells } from '../search/limits.js';
import { findSearchMethod } from '../search/methods/index.js';
import { loadSearch } from '../search/schema.js';
import { findGenotype } from '../search-space/find-genotype.js';
import type { Genotype } from '../search-space/genotype.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { readResults } from './results.js';
import { loadStudy, type Trial } from './study.js';

/** A genotype of a study: what a search says of it, and what it came to when it was trained alone. */
export interface RankedGenotype {
  arm: string;
  /** Lower is better: of the shared network the distance (or 1 − accuracy), of α minus the log of the shares. */
  searched: number;
  /** Lower is better: mean over seeds of the held-out distance, or of 1 − accuracy where none was measured. */
  alone: number;
  flops: number;
  ms?: number;
}

/** How far the order of genotypes in a search is that of networks trained alone. */
export interface RankReport {
  /** Kendall's τ-b with its 95 % interval. */
  tau: { mean: number; low: number; high: number };
  genotypes: RankedGenotype[];
}

/**
 * Holds a search's own order of the genotypes of a study against the order that they have when trained from scratch, each alone. Writes
 * ranks.json and ranks.html into the search's folder, and scores.json: what the search says of all arms, trained or not yet.
 *
 * @param folder of a finished search
 * @param study its configuration and its folder, whose arms are cells
 * @throws an Error where the search says nothing of genotypes, or fewer than three arms are trained
 */
export async function rankAgainst(folder: string, study: { config: string; out: string }): Promise<RankReport> {
  const config = join(folder, 'config.yaml');
  if (!existsSync(config)) throw new Error(`${folder} holds no search: it has no config.yaml.`);
  if (!existsSync(join(folder, 'genotype.json')))
    throw new Error(
      `${folder} holds a search that is not finished: pocketnet search --out ${folder} --resume goes on with it.`,
    );
  const loaded = loadSearch(config);
  const { name, rank } = findSearchMethod(loaded.config.method);
  if (!rank) throw new Error(`${folder}: a search by the method ${name} keeps nothing that ranks other genotypes.`);
  const { trials } = loadStudy(study.config, study.out);
  const cells = new Map(trials.map((trial) => [trial.arm, genotypeOf(trial)]));
  const scores = await scoresOf(folder, [...cells.values()], (genotypes) => rank(loaded, folder, genotypes));
  const results = readResults(study.out, trials);
  const arms = [...new Set(results.map(({ arm }) => arm))];
  if (arms.length < 3) throw new Error(`${study.out} has trained ${arms.length} arms; ranks want three at least.`);
  const genotypes = arms.map((arm): RankedGenotype => {
    const own = results.filter((result) => result.arm === arm);
    const alone = own.reduce((sum, { distance, last }) => sum + (distance ?? 1 - last), 0) / own.length;
    const genotype = cells.get(arm) as Genotype; // every arm has one
    const { flops, ms } = costOfCells(genotype, loaded.config);
    const searched = scores[writeGenotype(genotype)] as number; // asked for above
    return { arm, searched, alone, flops, ...(ms !== undefined && { ms }) };
  });
  const of = (key: 'searched' | 'alone'): number[] => genotypes.map((each) => each[key]);
  const report = { tau: kendallInterval(of('searched'), of('alone')), genotypes };
  writeFileAtomic(join(folder, 'ranks.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileAtomic(join(folder, 'ranks.html'), page(loaded.config.name ?? name, report));
  return report;
}

/** The cells that a trial is trained with. */
function genotypeOf({ arm, experiment }: Trial): Genotype {
  const { genotype } = experiment.config;
  if (genotype === undefined) throw new Error(`The arm ${arm} does not say its genotype: name one in the study.`);
  return findGenotype(genotype);
}

/** What a finished search says of genotypes. */
interface Scores {
  /** The cells that it found: another state of the search found others, or said so of the same ones after other steps. */
  of: { genotype: string; steps: number | null };
  /** By the genotype's text. */
  scores: Record<string, number>;
}

/** What a search says of genotypes, by their text. It is kept in scores.json, so that a study can go on where the search's weights are not. */
async function scoresOf(
  folder: string,
  genotypes: readonly Genotype[],
  rank: (genotypes: readonly Genotype[]) => Promise<number[]>,
): Promise<Record<string, number>> {
  const path = join(folder, 'scores.json');
  const of = stateOf(folder);
  const kept: Scores | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  const known = kept && kept.of.genotype === of.genotype && kept.of.steps === of.steps ? kept.scores : {};
  const asked = genotypes.filter((genotype) => !(writeGenotype(genotype) in known));
  if (asked.length === 0) return known;
  const answers = await rank(asked);
  for (const [i, genotype] of asked.entries()) known[writeGenotype(genotype)] = answers[i] as number; // as many as asked
  writeFileAtomic(path, `${JSON.stringify({ of, scores: known } satisfies Scores, null, 1)}\n`);
  return known;
}

function stateOf(folder: string): Scores['of'] {
  const { genotype, scores } = JSON.parse(readFileSync(join(folder, 'genotype.json'), 'utf8'));
  return { genotype, steps: scores?.steps ?? null };
}

function page(name: string, { tau, genotypes }: RankReport): string {
  const place = (key: 'searched' | 'alone', value: number): number =>
    1 + genotypes.filter((each) => each[key] < value).length;
  const rows = genotypes
    .toSorted((a, b) => a.alone - b.alone)
    .map(({ arm, searched, alone, flops, ms }) => [
      arm,
      ...[place('alone', alone), alone.toFixed(4), place('searched', searched), searched.toFixed(4)],
      ...[(flops / 1e6).toFixed(1), ms === undefined ? '' : ms.toFixed(2)],
    ]);
  return htmlReport({
    title: `${name}: its order of cells, and theirs alone`,
    lead:
      `Kendall's τ over ${genotypes.length} genotypes: ${tau.mean.toFixed(2)}, 95 % from ${tau.low.toFixed(2)} to ${tau.high.toFixed(2)}. ` +
      '1 is the same order, 0 is chance.',
    sections: [
      {
        table: {
          columns: ['cells', 'place alone', 'alone', 'place in the search', 'in the search', 'MFLOPs', 'ms, predicted'],
          rows,
          caption: 'Lower is better: distance to the teachers, or the share that is wrong.',
        },
      },
    ],
  });
}
