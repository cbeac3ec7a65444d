// Memory of one rank of the sharded head. `npm run bench -- heads [--batch 64] [--embedding 128] [--sampling 1] [--classes 85742,1000000]`
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const script = fileURLToPath(new URL('one-rank.mjs', import.meta.url));
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/**
 * What a rank allocates for its classes in two steps over a batch of all ranks together, in a process of its own: the kernel and its
 * momentum, which stay, the logits, and the largest resident size, with gradients and temporaries, beyond that of an idle engine.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      batch: { type: 'string', default: '64' },
      embedding: { type: 'string', default: '128' },
      sampling: { type: 'string', default: '1' },
      classes: { type: 'string', default: '85742,1000000' },
      ranks: { type: 'string', default: '1,2,4' },
    },
  });
  const { batch, embedding, sampling } = values;
  console.log(`batch ${batch} over all ranks, embedding ${embedding}, sampling rate ${sampling}, float32\n`);
  console.log('| classes | ranks | kernel + momentum | logits | peak of a step | of one rank | processor time |');
  console.log('|---:|---:|---:|---:|---:|---:|---:|');
  const rows = [];
  for (const classes of values.classes.split(',')) {
    let alone;
    for (const ranks of values.ranks.split(',')) {
      const output = execFileSync(process.execPath, [script, classes, ranks, batch, embedding, sampling]);
      const { held, peak, seconds } = JSON.parse(output);
      alone ??= peak;
      const logits = 4 * batch * Math.floor(sampling * Math.ceil(classes / ranks));
      const cells = [classes, ranks, mebibytes(held), mebibytes(logits), mebibytes(peak)];
      console.log(`| ${[...cells, (peak / alone).toFixed(3), `${seconds.toFixed(2)} s`].join(' | ')} |`);
      rows.push({ classes: Number(classes), ranks: Number(ranks), held, logits, peak, seconds });
    }
  }
  return rows;
}
