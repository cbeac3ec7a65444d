import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runSearches, runTrials } from '../ablation/trials.js';
import { override, wholeNumber } from '../arguments.js';
import { machineLine } from '../machine.js';
import { note, printResult } from '../output.js';
import { untilInterrupted } from '../training.js';
import { type CommonOptions, Interrupted, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  config: string;
  set?: readonly string[];
  out: string;
  jobs: number;
  time?: boolean;
}

export const ablate: Verb = {
  name: 'ablate',
  task: 'train',
  summary: 'train the variants (arms) of a study with several seeds and compare them',
  define: (command) =>
    command
      .requiredOption('--config <file>', 'the study, a YAML file such as configs/ablation-kd.yaml')
      .option('--set <key=value>', 'change a key of every variant, such as epochs=2; repeatable', override)
      .option('--jobs <n>', 'how many trials train at a time', wholeNumber(1, 64), 1)
      .option('--time', "at the end, measure what each arm's network takes for an image on this machine's engine")
      .requiredOption('--out <folder>', "the study's folder; trials that are finished there are not repeated")
      .action(run),
};

async function run(options: Options): Promise<void> {
  const lab = await import('@pocketnet/lab');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { config, set = [], out, jobs, time = false } = options;
  const { study, first, searches, trials } = lab.loadStudy(config, out, set);
  lab.refuseOtherTrials(out, [...first, ...trials]);
  lab.refuseOtherSearches(out, searches);
  mkdirSync(out, { recursive: true });

  const report = () => {
    const results = lab.readResults(out, trials);
    const summaries = lab.summarise(study, trials, results);
    const groups = lab.summariseGroups(study, results);
    const comparisons = lab.groupComparisons(study, results);
    const times = lab.readArmTimes(out);
    const table = [
      lab.ablationTable(summaries, times?.ms),
      ...(groups.length > 0 ? [lab.groupsTable(groups)] : []),
      ...(comparisons.length > 0 ? [lab.comparisonsTable(comparisons)] : []),
    ].join('\n\n');
    const found = { study, summaries, groups, comparisons, ...(times && { times }), results };
    writeFileAtomic(join(out, 'results.json'), `${JSON.stringify(found, null, 2)}\n`);
    writeFileAtomic(join(out, 'table.md'), `${table}\n`);
    if (results.length > 0) writeFileAtomic(join(out, 'accuracy.svg'), lab.ablationChart(results, study.name));
    return { summaries, groups, comparisons, table, done: results.length };
  };
  await untilInterrupted(async (signal) => {
    await runTrials(first, { out, jobs: 1, signal, onDone: ({ folder }) => note(`${folder}: done`) });
    const failure = await runSearches(searches, { out, jobs, signal }).catch(unlessInterrupted);
    await runTrials(trials, {
      out,
      jobs,
      signal,
      onDone: ({ folder }) => note(`${folder}: done, ${report().done} of ${trials.length}`),
    });
    if (failure) throw failure;
    if (!time) return;
    const { usualEngine } = await import('@pocketnet/onnx');
    await lab.timeArms(out, trials, { machine: machineLine(), engine: await usualEngine(), runs: 200, signal });
  });
  const { summaries, groups, comparisons, table } = report();
  printResult(options, { out, study: study.name, summaries, groups, comparisons }, () => table);
}

/** A search that failed keeps only those arms from being trained that need its cells. */
function unlessInterrupted(error: unknown): unknown {
  if (error instanceof Interrupted) throw error;
  return error;
}
