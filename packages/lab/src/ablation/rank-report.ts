import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { htmlReport } from '@pocketnet/evaluate';
import { readTensors, writeFileAtomic } from '@pocketnet/files/node';
import { kendallInterval } from '../search/kendall.js';
import { costOfCells } from '../search/limits.js';
import { findSearchMethod } from '../search/methods/index.js';
import { loadSearch } from '../search/schema.js';
import type { Genotype } from '../search-space/genotype.js';
import { readGenotype } from '../search-space/genotype-text.js';
import { readResults } from './results.js';
import { loadStudy } from './study.js';

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
 * ranks.json and ranks.html into the search's folder.
 *
 * @param folder of a finished search
 * @param study its configuration and its folder, whose arms are cells
 * @throws an Error where the search says nothing of genotypes, or fewer than three arms are trained
 */
export async function rankAgainst(folder: string, study: { config: string; out: string }): Promise<RankReport> {
  const config = join(folder, 'config.yaml');
  if (!existsSync(config)) throw new Error(`${folder} holds no search: it has no config.yaml.`);
  const loaded = loadSearch(config);
  const { name, rank } = findSearchMethod(loaded.config.method);
  if (!rank) throw new Error(`${folder}: a search by the method ${name} keeps nothing that ranks other genotypes.`);
  const { trials } = loadStudy(study.config, study.out);
  const results = readResults(study.out, trials);
  const arms = [...new Set(results.map(({ arm }) => arm))];
  if (arms.length < 3) throw new Error(`${study.out} has trained ${arms.length} arms; ranks want three at least.`);
  const cells = arms.map((arm) => genotypeOf(join(study.out, `${trials.find((trial) => trial.arm === arm)?.folder}`)));
  const searched = await rank(loaded, folder, cells);
  const genotypes = arms.map((arm, i): RankedGenotype => {
    const own = results.filter((result) => result.arm === arm);
    const alone = own.reduce((sum, { distance, last }) => sum + (distance ?? 1 - last), 0) / own.length;
    const { flops, ms } = costOfCells(cells[i] as Genotype, loaded.config); // one for each arm
    return { arm, searched: searched[i] as number, alone, flops, ...(ms !== undefined && { ms }) };
  });
  const of = (key: 'searched' | 'alone'): number[] => genotypes.map((each) => each[key]);
  const report = { tau: kendallInterval(of('searched'), of('alone')), genotypes };
  writeFileAtomic(join(folder, 'ranks.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileAtomic(join(folder, 'ranks.html'), page(loaded.config.name ?? name, report));
  return report;
}

/** The cells that a trial was trained with, as its weights say. */
function genotypeOf(trial: string): Genotype {
  const path = join(trial, 'last.safetensors');
  const { genotype } = readTensors(path).metadata;
  if (genotype === undefined)
    throw new Error(`${path} does not say its genotype: the study's arms should name theirs.`);
  return readGenotype(genotype);
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
