import { join } from 'node:path';
import type { Candidate, SearchResult } from '@pocketnet/lab';
import { facts, grouped, percent, printResult } from '../output.js';
import { defineResumable, untilInterrupted } from '../training.js';
import { type CommonOptions, Interrupted, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  config?: string;
  set?: readonly string[];
  resume?: boolean;
  change?: readonly string[];
  out: string;
  report?: boolean;
  against?: string;
  study?: string;
}

export const searchVerb: Verb = {
  name: 'search',
  task: 'search',
  summary: 'search cells: by gradient, by one shared network and evolution, at random',
  define: (command) =>
    defineResumable(command)
      .option('--config <file>', 'the search, a YAML file (see configs/search-*.yaml)')
      .requiredOption('--out <folder>', "the search's folder, such as runs/search")
      .option('--report', "hold a finished search's order of cells against the one that they have when trained alone")
      .option('--against <folder>', 'with --report: a study (ablate) whose arms are cells')
      .option('--study <file>', "with --report: that study's configuration")
      .action(run),
};

async function run(options: Options): Promise<void> {
  if (options.report) return reportRanks(options);
  if (options.config === undefined) throw new UsageError('Name the search: --config FILE.');
  const { loadSearch, search } = await import('@pocketnet/lab');
  const { config, set = [], resume = false, change = [], out } = options;
  const loaded = loadSearch(config, { set });
  const result = await untilInterrupted((signal) => search(loaded, { out, resume, change, signal }));
  if (result.interrupted) {
    throw new Interrupted(
      `Stopped after ${result.steps} steps. The checkpoint is saved: run the same command with --resume to continue to the same numbers.`,
    );
  }
  printResult(options, { out, ...result }, () => text(out, result));
}

async function reportRanks(options: Options): Promise<void> {
  const { out, against, study } = options;
  if (against === undefined || study === undefined)
    throw new UsageError('--report wants a study of cells: --against FOLDER --study FILE.');
  const { rankAgainst } = await import('@pocketnet/lab');
  const report = await rankAgainst(out, { config: study, out: against });
  const { mean, low, high } = report.tau;
  printResult(options, { out, ...report }, () =>
    facts([
      ["Kendall's τ", `${mean.toFixed(2)}, 95 % from ${low.toFixed(2)} to ${high.toFixed(2)}`],
      ['genotypes', String(report.genotypes.length)],
      ['page', join(out, 'ranks.html')],
    ]),
  );
}

function text(out: string, result: SearchResult): string {
  const { steps, epochs, genotype, accuracy, best, distance, bestDistance, bestEpoch, collapsed, candidates } = result;
  if (candidates)
    return facts([
      ...candidates
        .slice(0, 20)
        .map((candidate, place): [string, string] => [
          candidate.seed === undefined ? `no. ${place + 1}` : `random:${candidate.seed}`,
          `${scores(candidate)} on the half that it was not trained on; ${costs(candidate)}`,
        ]),
      ...(candidates.length > 20 ? [['and', `${candidates.length - 20} more, in candidates.json`] as const] : []),
      ['genotype', genotype],
      ['file', join(out, 'genotype.json')],
    ]);
  return facts([
    ['steps', `${steps}, ${epochs} epochs`],
    ...(accuracy === null || best === null
      ? []
      : ([
          [
            'accuracy',
            `${percent(accuracy)} % on the half of α at the end, ${percent(best)} % at best (epoch ${bestEpoch})`,
          ],
        ] as const)),
    ...(distance === null || bestDistance === null
      ? []
      : ([
          [
            'distance',
            `${distance.toFixed(4)} on the half of α at the end, ${bestDistance.toFixed(4)} at best (epoch ${bestEpoch})`,
          ],
        ] as const)),
    ...(collapsed ? ([['stopped', 'too many skip-connections (collapse)']] as const) : []),
    ['genotype', genotype],
    ['file', join(out, 'genotype.json')],
  ]);
}

const scores = ({ accuracy, distance }: Candidate): string =>
  [
    ...(accuracy === null ? [] : [`${percent(accuracy)} %`]),
    ...(distance === null ? [] : [`a distance of ${distance.toFixed(4)}`]),
  ].join(' and ');

const costs = ({ parameters, flops, ms }: Candidate): string =>
  [
    `${grouped(parameters)} parameters`,
    `${(flops / 1e6).toFixed(1)} MFLOPs`,
    ...(ms === undefined ? [] : [`${ms.toFixed(2)} ms`]),
  ].join(', ');
