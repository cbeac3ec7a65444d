import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { machineLine } from '../machine.js';
import { type ModelOptions, openingOptions } from '../model-options.js';
import { note, percent, printResult, table } from '../output.js';
import type { CommonOptions } from '../verb.js';

export interface SuiteOptions extends CommonOptions, ModelOptions {
  model: string;
  mirrored?: string;
  suite: 'quick' | 'full';
  data: string;
  out: string;
  landmarks?: string;
  pictures: boolean;
}

/** Measures a model on every benchmark of a suite that is present; writes `report.json` and `report.html` to `out`. */
export async function evaluateSuite(options: SuiteOptions): Promise<void> {
  const [{ openEmbeddings }, { runSuite }, { evaluationReport, htmlReport }, { startProgress }, { writeFileAtomic }] =
    await Promise.all([
      import('@pocketnet/lab/embedders'),
      import('@pocketnet/lab/benchmarks'),
      import('@pocketnet/evaluate'),
      import('@pocketnet/lab/runs'),
      import('@pocketnet/files/node'),
    ]);
  const { model, network, channels, mirrored, suite, data, out, landmarks } = options;
  mkdirSync(out, { recursive: true });
  const source = await openEmbeddings(model, { channels, ...openingOptions(options), ...(mirrored && { mirrored }) });
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    const { evaluation, runs, pictures } = await runSuite(source, {
      channels,
      ...(network && { network }),
      ...(landmarks && { landmarks }),
      model,
      suite,
      data,
      machine: machineLine(),
      onBenchmark: ({ title }) => {
        progress?.finish();
        const own = startProgress({ label: `${basename(model)} on ${title}`, unit: 'images' });
        progress = own;
        return (done, total) => own.advance(done, total);
      },
      onFailure: ({ title }, error) => note(`${title} could not be run: ${error.message}`),
    });
    progress?.finish();
    const files = { json: join(out, 'report.json'), html: join(out, 'report.html') };
    writeFileAtomic(files.json, `${JSON.stringify(evaluation, undefined, 1)}\n`);
    writeFileAtomic(
      files.html,
      htmlReport(evaluationReport(evaluation, runs, options.pictures ? pictures : undefined)),
    );
    printResult(options, { ...evaluation, files }, () =>
      [
        table(
          [
            { title: 'benchmark', value: ({ title }) => title },
            { title: 'measure', value: ({ metrics: [first] }) => first?.name ?? '-' },
            { title: '%', right: true, value: ({ metrics: [first] }) => (first ? percent(first.value) : '-') },
            {
              title: '95 % interval',
              value: ({ metrics: [first] }) =>
                first?.interval ? `${percent(first.interval.low)} … ${percent(first.interval.high)}` : '-',
            },
          ],
          evaluation.benchmarks,
        ),
        `written: ${files.html}, ${files.json}`,
      ].join('\n'),
    );
  } finally {
    await source.close();
  }
}
