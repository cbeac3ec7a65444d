// What computing in integers costs: the accuracy of plans in each arithmetic on the same pairs, beside the first plan in floats, and of
// templates that were made in two arithmetics. Image and mirror image are summed; intervals are of paired bootstraps.
//
// `npm run bench -- engine-accuracy --plans floats.pnet,int8.pnet --pairs lfw_dev.bin:5,held-out.bin:10 [--no-mixed] [--out accuracy.json]`
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readPairs } from '@pocketnet/data';
import { readPlanMetadata } from '@pocketnet/engine';
import { bootstrap, bootstrapDifference, rocCurve, splitScores, tarAtFar, verification } from '@pocketnet/evaluate';
import { readFileBytes } from '@pocketnet/files/node';
import { embedPairs, openEmbedder } from '@pocketnet/lab/embedders';
import { modelMetadata } from '@pocketnet/onnx';

const FARS = [1e-2, 1e-3];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      plans: { type: 'string' },
      pairs: { type: 'string' },
      out: { type: 'string' },
      mixed: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const cases = values.plans
    .split(',')
    .flatMap((path) => arithmeticsOf(path).map((arithmetic) => ({ path, arithmetic })));
  const results = [];
  for (const place of values.pairs.split(',')) {
    const [, file, folds] = /^(.*):(\d+)$/.exec(place);
    results.push(...(await onPairs(file, Number(folds), cases, values.mixed)));
  }
  if (values.out) writeFileSync(values.out, `${JSON.stringify(results, undefined, 1)}\n`);
}

const arithmeticsOf = (path) => readPlanMetadata(readFileBytes(path), path).arithmetics ?? ['float'];

async function onPairs(file, folds, cases, mixed) {
  const set = readPairs(file);
  console.log(`${basename(file)}: ${set.same.length} pairs in ${folds} folds`);
  const measured = [];
  const tell = (name, sums, beside = true) => {
    const one = { name, sums, ...judged(sums, set.same, folds) };
    measured.push(one);
    const row = { pairs: basename(file), name, accuracy: one.accuracy, tars: one.tars };
    const differences = beside && measured.length > 1 ? differencesOf(measured[0], one, set.same) : {};
    console.log(sentence({ ...row, ...differences }));
    return { ...row, ...differences };
  };
  const rows = [];
  for (const { path, arithmetic } of cases) {
    const embedder = await openEmbedder(path, { arithmetic });
    const { sums } = await embedPairs(embedder, set);
    await embedder.close();
    const network = modelMetadata(readFileBytes(path), path).network ?? '';
    rows.push(tell(`${network} ${basename(path)} ${arithmetic}`, sums));
  }
  const alone = mixed ? [...measured] : [];
  for (const [i, a] of alone.entries())
    for (const b of alone.slice(i + 1)) {
      if (a.sums.cols !== b.sums.cols) continue;
      const { mean, least } = nearness(a.sums, b.sums);
      const row = tell(`${a.name} against ${b.name}`, ofTwo(a.sums, b.sums), false);
      console.log(`    cosine of one picture's templates ${mean.toFixed(5)}, least ${least.toFixed(5)}`);
      rows.push({ ...row, cosine: mean, least });
    }
  return rows;
}

function judged(sums, same, folds) {
  const { accuracy, distances, correct } = verification(sums, same, { folds });
  const scores = distances.map((distance) => 1 - distance / 2);
  return { accuracy, correct, scores, tars: FARS.map((far) => tarOf(scores, same, far)) };
}

const tarOf = (scores, same, far) => tarAtFar(rocCurve(splitScores(scores, same)), far).tar;

/** Of the second to the first, on the same pairs, which are drawn anew for both at once. */
function differencesOf(first, second, same) {
  const orders = [first, second].map(({ scores }) =>
    Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]),
  );
  const tars = FARS.map((far) =>
    bootstrap(same.length, (drawn) => {
      const counts = new Uint32Array(same.length);
      for (const i of drawn) counts[i]++;
      const [a, b] = orders.map((order) => tarOfDrawn(order, counts, same, far));
      return b - a;
    }),
  );
  return {
    accuracyDifference: bootstrapDifference(first.correct, second.correct, { seed: 1 }),
    tarDifferences: tars,
  };
}

/** Share of the drawn genuine pairs above the first impostor that is too many. @param order of pairs, the likest first */
function tarOfDrawn(order, counts, same, far) {
  let [genuine, impostor] = [0, 0];
  for (const [i, count] of counts.entries()) {
    if (same[i]) genuine += count;
    else impostor += count;
  }
  let [taken, mistaken] = [0, 0];
  for (const i of order) {
    if (same[i]) taken += counts[i];
    else mistaken += counts[i];
    if (mistaken > far * impostor) break;
  }
  return taken / genuine;
}

/** First pictures by one network, second ones by the other. */
function ofTwo(a, b) {
  const data = Float32Array.from(a.data, (value, i) => (Math.floor(i / a.cols) % 2 === 0 ? value : b.data[i]));
  return { ...a, data };
}

function nearness(a, b) {
  const cosines = Array.from({ length: a.rows }, (_, row) => {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = row * a.cols; i < (row + 1) * a.cols; i++) {
      dot += a.data[i] * b.data[i];
      aa += a.data[i] ** 2;
      bb += b.data[i] ** 2;
    }
    return dot / Math.sqrt(aa * bb);
  });
  return { mean: cosines.reduce((sum, one) => sum + one, 0) / a.rows, least: Math.min(...cosines) };
}

const points = (value, digits = 2) => (100 * value).toFixed(digits);
const signed = ({ low, estimate, high }) => `${points(estimate)} (${points(low)} to ${points(high)})`;

function sentence({ name, accuracy, tars, accuracyDifference, tarDifferences = [] }) {
  const rates = tars.map(
    (tar, i) => `TAR at ${FARS[i]} ${points(tar)}${tarDifferences[i] ? ` ${signed(tarDifferences[i])}` : ''}`,
  );
  return `  ${name}: ${points(accuracy)} %${accuracyDifference ? ` ${signed(accuracyDifference)}` : ''}; ${rates.join('; ')}`;
}
