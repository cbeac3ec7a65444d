import { readFileSync } from 'node:fs';
import type { ComparedModel } from '@pocketnet/evaluate';
import { fileEnding } from '../arguments.js';
import { percent, printResult, table } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  out: string;
}

export const compare: Verb = {
  name: 'compare',
  task: 'measure',
  summary: 'compare evaluated models with each other and with published ones',
  define: (command) =>
    command
      .argument('<report.json...>', 'reports of `pocketnet evaluate --suite`, one per model')
      .requiredOption('--out <file.html>', 'the page to write', fileEnding('.html'))
      .action(run),
};

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { compareReport, htmlReport, readEvaluation } = await import('@pocketnet/evaluate');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const models = named(paths.map((path) => readEvaluation(readJson(path), path)));
  writeFileAtomic(options.out, htmlReport(compareReport(models, new Date().toISOString().slice(0, 10))));
  const keys = [...new Set(models.flatMap(({ evaluation }) => evaluation.benchmarks.map(({ name }) => name)))];
  const value = ({ evaluation }: ComparedModel, key: string): string => {
    const [first] = evaluation.benchmarks.find(({ name }) => name === key)?.metrics ?? [];
    return first ? percent(first.value) : '-';
  };
  const rows = models.map((model) => ({
    model: model.name,
    parameters: model.evaluation.model.parameters,
    results: Object.fromEntries(keys.map((key) => [key, value(model, key)])),
  }));
  printResult(options, { out: options.out, models: rows }, () =>
    [
      table(
        [
          { title: 'model', value: (row) => row.model },
          { title: 'parameters', right: true, value: (row) => row.parameters?.toLocaleString('en-US') ?? '-' },
          ...keys.map((key) => ({
            title: key,
            right: true,
            value: (row: (typeof rows)[number]) => row.results[key] ?? '-',
          })),
        ],
        rows,
      ),
      `written: ${options.out}`,
    ].join('\n'),
  );
}

/** Models with their names; equal names get numbers. */
function named(evaluations: readonly ComparedModel['evaluation'][]): ComparedModel[] {
  const seen = new Map<string, number>();
  return evaluations.map((evaluation) => {
    const { name } = evaluation.model;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { name: before === 0 ? name : `${name} (${before + 1})`, evaluation };
  });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new Error(
      isMissing
        ? `${path}: there is no such file.`
        : `${path} is not JSON. Give a report.json written by \`pocketnet evaluate --suite\`.`,
      { cause },
    );
  }
}
