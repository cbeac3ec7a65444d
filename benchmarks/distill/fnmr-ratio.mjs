// How often a model refuses genuine pairs where another does, each at its own threshold for one rate of false matches, with a paired interval:
//
//   node benchmarks/distill/fnmr-ratio.mjs s-128.onnx fr_feature.onnx:bgr --data 'faces/train?only=configs/lists/train-held-out.txt' [--fmr 1e-3]
import { parseArgs } from 'node:util';
import { openSource } from '@pocketnet/data';
import { fnmrRatio } from '@pocketnet/evaluate';
import { sourceImages } from '@pocketnet/lab/embedders';
import { embedded, inTurn } from './embedded.mjs';

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string' },
    fmr: { type: 'string', default: '1e-3' },
    samples: { type: 'string', default: '1000' },
  },
  allowPositionals: true,
});
if (positionals.length !== 2 || !values.data) throw new Error('Name two models, and the faces by --data.');

const faces = openSource(values.data);
const labels = Array.from({ length: faces.length }, (_, i) => faces.label(i));
const [first, second] = await inTurn(positionals, (named) => embedded(named, sourceImages(faces)));
faces.close();

const { people, genuinePairs, impostorPairs, ...rates } = fnmrRatio(first, second, labels, Number(values.fmr), {
  samples: Number(values.samples),
});
console.log(
  `${faces.length} faces of ${people} people, ${genuinePairs} genuine pairs, ${impostorPairs} of strangers; FMR ${values.fmr}`,
);
const inWords = ({ estimate, low, high }, digits) =>
  `${estimate.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
for (const [i, rate] of [rates.first, rates.second].entries())
  console.log(`FNMR of ${positionals[i]}: ${inWords(rate, 4)}`);
console.log(`first / second: ${inWords(rates.ratio, 3)}`);
