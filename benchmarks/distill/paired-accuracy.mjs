// By how much the accuracy of one model, or of one of its forms, differs from another's on one set of pairs, with a paired interval:
//
//   node benchmarks/distill/paired-accuracy.mjs s-128.onnx s-128.pnet:int8 s-128.pnet:int7 --pairs cfp_fp_dev.bin --folds 5
//
// The first is what the others are compared with. Each decides at its own thresholds, as evaluate does.
import { parseArgs } from 'node:util';
import { readPairs } from '@pocketnet/data';
import { verification } from '@pocketnet/evaluate';
import { embedPairs, openEmbedder } from '@pocketnet/lab/embedders';
import { inTurn } from './embedded.mjs';

const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string' }, folds: { type: 'string', default: '10' }, threads: { type: 'string' } },
  allowPositionals: true,
});
if (positionals.length < 2 || !values.pairs) throw new Error('Name two models or more, and the pairs by --pairs.');

const pairs = readPairs(values.pairs);
const decided = await inTurn(positionals, async (named) => {
  const [, path, arithmetic] = /^(.*?)(?::(float|int16|int8|int7))?$/.exec(named);
  const threads = values.threads && { threads: Number(values.threads) };
  const embedder = await openEmbedder(path, { ...(arithmetic && { arithmetic }), ...threads });
  const { sums } = await embedPairs(embedder, pairs);
  await embedder.close();
  return verification(sums, pairs.same, { folds: Number(values.folds) });
});

const [first, ...others] = decided;
console.log(`${positionals[0]}: ${percent(first.accuracy)}, ${pairs.same.length} pairs`);
for (const [i, other] of others.entries()) {
  const lost = first.correct.filter((right, pair) => right && !other.correct[pair]).length;
  const won = first.correct.filter((right, pair) => !right && other.correct[pair]).length;
  // Pairs that both decide alike change nothing: the difference of two Poisson counts is nearly normal.
  const [difference, spread] = [won - lost, 1.96 * Math.sqrt(won + lost)].map((count) => count / pairs.same.length);
  console.log(
    `${positionals[i + 1]}: ${percent(other.accuracy)}, ${won} pairs won and ${lost} lost: ` +
      `${signed(difference)} (${signed(difference - spread)} to ${signed(difference + spread)}) points`,
  );
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}

function signed(share) {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)}`;
}
