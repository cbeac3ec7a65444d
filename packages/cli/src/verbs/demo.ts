import { join } from 'node:path';
import { override } from '../arguments.js';
import { facts, percent, printResult, signed } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  out: string;
  set?: readonly string[];
}

export const demo: Verb = {
  name: 'demo',
  task: 'start',
  summary: 'verify photos; then train, measure and export a tiny network, in a few minutes',
  define: (command) =>
    command
      .option('--out <folder>', 'where its files go; the files of an earlier demo there are deleted', 'runs/demo')
      .option('--set <key=value>', 'change a key of its training (demo.yaml beside this package); repeatable', override)
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { runDemo } = await import('../demo/demo.js');
  const { out, network, steps, seconds, before, after, gain, exported, threshold, verdicts, data, released, photos } =
    await runDemo(options.out, options.set ?? []);
  const accuracy = (measured: typeof after): number => measured.report.accuracy;
  const result = {
    out,
    network,
    steps,
    seconds,
    photos,
    data: data.description,
    released: released ?? null,
    accuracyBefore: accuracy(before),
    accuracyAfter: accuracy(after),
    gain: [gain.estimate, gain.low, gain.high],
    exported,
    threshold,
    verdicts,
  };
  printResult(
    options,
    result,
    () =>
      `\n${facts([
        ['photos', `${photos.picture}. ${photos.sentence}`],
        ...(released
          ? [['released', `${released.network}: ${released.right} of ${released.pairs} pairs right`] as const]
          : []),
        [
          'accuracy',
          `${percent(accuracy(before))} % before, ${percent(accuracy(after))} % after (${signed(gain.estimate)}, 95 % interval ${signed(gain.low)} to ${signed(gain.high)})`,
        ],
        ['time', `${seconds.toFixed(0)} s`],
        ['report', join(out, 'report.html')],
        ['curves', ['loss', 'roc', 'histogram'].map((name) => join(out, `${name}.svg`)).join(', ')],
        ['model', join(out, 'model.onnx')],
      ])}`,
  );
}
