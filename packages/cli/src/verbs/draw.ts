import { fileEnding } from '../arguments.js';
import { printResult } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  out: string;
}

export const draw: Verb = {
  name: 'draw',
  task: 'search',
  summary: "draw a genotype's cells as SVG pictures",
  define: (command) =>
    command
      .argument('<genotype>', 'a genotype file, a published name such as softmax_casia, or random:SEED')
      .requiredOption(
        '--out <file>',
        'the pictures to write: cell.svg gives cell-normal.svg and cell-reduce.svg',
        fileEnding('.svg'),
      )
      .action(run),
};

async function run(genotype: string, options: Options): Promise<void> {
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { drawCell, findGenotype } = await import('@pocketnet/lab');
  const cells = findGenotype(genotype);
  const files: Record<string, string> = {};
  for (const cell of ['normal', 'reduce'] as const) {
    const file = options.out.replace(/\.svg$/i, `-${cell}.svg`);
    writeFileAtomic(file, await drawCell(cells, cell));
    files[cell] = file;
  }
  printResult(options, files, () => Object.values(files).join('\n'));
}
