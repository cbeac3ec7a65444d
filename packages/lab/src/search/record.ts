import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type Recipe, RunRecord } from '../runs/index.js';
import type { CellType } from '../search-space/alphas.js';
import { type AlphaValues, countSkips, deriveGenotype, softmaxRow } from '../search-space/derive.js';
import { drawCell } from '../search-space/draw.js';
import type { Genotype } from '../search-space/genotype.js';
import { readGenotype, writeGenotype } from '../search-space/genotype-text.js';
import type { SearchNetwork } from '../search-space/search-network.js';
import type { BilevelOutcome } from './bilevel-step.js';
import type { Score } from './judge.js';
import { costOfCells } from './limits.js';
import type { OpenSearch } from './open-search.js';
import { writeSearchReport } from './report.js';
import type { SearchConfig } from './schema.js';

/** The cells of a moment of a search. */
export interface Found {
  genotype: Genotype;
  /** Skip-connections of the normal cell, before any limit on them. */
  skips: number;
  alphas: Record<CellType, AlphaValues>;
  /** Mean over edges of −Σ p·ln p: ln of their number where all operations are alike, 0 where each edge has chosen. */
  entropy: { normal: number; reduce: number };
}

export function look(network: SearchNetwork, options: SearchConfig['derive']): Found {
  const alphas = { normal: network.alpha_normal.values(), reduce: network.alpha_reduce.values() };
  const { by, skips } = options;
  return {
    genotype: deriveGenotype(alphas, { by, ...(skips !== undefined && { skips }) }),
    skips: countSkips(deriveGenotype(alphas, { by }).normal),
    alphas,
    entropy: entropyOf(alphas),
  };
}

export const entropyOf = ({ normal, reduce }: Found['alphas']): Found['entropy'] => ({
  normal: meanEntropy(normal),
  reduce: meanEntropy(reduce),
});

function meanEntropy(cell: AlphaValues): number {
  const edges = cell.flat().map((row) => softmaxRow(row).reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0));
  return edges.reduce((sum, entropy) => sum + entropy, 0) / Math.max(1, edges.length);
}

/** A search's result as `train` and `distill` take it, genotype.json, and drawings of its cells. @param found its official text, and all that led to it */
export async function writeResult(
  out: string,
  { genotype, recipe, ...found }: { genotype: string; recipe: Recipe; options: Recipe; scores: Recipe },
): Promise<void> {
  const { network, data, seed, ...how } = recipe;
  const value = { genotype, network, data, seed, ...found, options: { ...how, ...found.options } };
  writeFileAtomic(join(out, 'genotype.json'), `${JSON.stringify(value, null, 1)}\n`);
  for (const cell of ['normal', 'reduce'] as const)
    writeFileAtomic(join(out, `${cell}.svg`), await drawCell(readGenotype(genotype), cell));
}

/** What a search writes about itself; genotypes and drawings too. */
export class SearchRecord extends RunRecord {
  constructor(
    out: string,
    readonly config: SearchConfig,
    readonly run: OpenSearch,
    quiet: boolean,
  ) {
    const { name, length, identities } = run.halves.train.source;
    const about = `search on ${name}, ${length} images of ${identities} classes in the weights' half`;
    super(out, { ...run, label: config.name ?? 'search', about, config, batches: 2, quiet });
    mkdirSync(join(out, 'genotypes'), { recursive: true });
  }

  step({ trainLoss, valLoss, valAccuracy, gradNorm }: BilevelOutcome, lr: number): void {
    this.progress?.update(this.run.position.step, { train: trainLoss, val: valLoss });
    if (!this.isLogged) return;
    const speed = this.logSteps(trainLoss, lr);
    this.#write('search', { trainLoss, valLoss, valAccuracy, gradNorm, lr, speed });
  }

  /** After an epoch. @param score on α's half in evaluation mode, where it was measured */
  async epoch(epoch: number, found: Found, score: Score | undefined): Promise<void> {
    const { accuracy = null, distance = null } = score ?? {};
    const { sums } = this.run.position;
    const mean = (sum: number): number => sum / Math.max(1, this.run.stepsPerEpoch);
    const { flops, ms } = costOfCells(found.genotype, this.config);
    const scores = {
      ...{ flops, ...(ms !== undefined && { ms }) },
      trainLoss: mean(sums.trainLoss),
      valLoss: mean(sums.valLoss),
      stepAccuracy: mean(sums.valAccuracy),
      ...(accuracy !== null && { accuracy }),
      ...(distance !== null && { distance }),
    };
    this.#write('epoch', {
      ...scores,
      skips: found.skips,
      entropyNormal: found.entropy.normal,
      entropyReduce: found.entropy.reduce,
    });
    const text = writeGenotype(found.genotype);
    this.log.message(`Epoch ${epoch}: ${text}`);
    this.board.text('genotype', `\`${text}\``, this.run.position.step);
    const name = `epoch-${String(epoch).padStart(3, '0')}`;
    this.genotype(join('genotypes', `${name}.json`), found, { epoch, ...scores });
    for (const cell of ['normal', 'reduce'] as const)
      writeFileAtomic(join(this.out, 'genotypes', `${name}-${cell}.svg`), await drawCell(found.genotype, cell));
    this.board.flush();
    writeSearchReport(this.out, { name: this.config.name ?? 'search', data: this.run.halves.train.source.name });
    this.restartClock();
  }

  /** What `train` and `distill` take as their genotype, with all that led to it. */
  genotype(file: string, { genotype, skips, alphas, entropy }: Found, scores: Readonly<Record<string, number>>): void {
    const { data, seed, ...options } = this.run.recipe;
    const value = {
      ...{ genotype: writeGenotype(genotype), network: options.network, data, seed },
      ...{ options: { ...options, derive: this.config.derive }, scores: { ...scores, skips, entropy }, alphas },
    };
    writeFileAtomic(join(this.out, file), `${JSON.stringify(value, null, 1)}\n`);
  }

  #write(group: string, values: Readonly<Record<string, number>>): void {
    const { step, epoch } = this.run.position;
    this.metrics.write({ step, epoch, kind: group, ...values });
    this.scalars(group, values);
  }
}
