// Every build of the engine beside ONNX Runtime, on aligned crops: the largest difference of an output, relative to the largest number of
// ONNX Runtime's for that crop, and of embeddings the least cosine.
//
// `npm run bench -- engine-equality [--crops 500] [--networks s-128,yunet]`
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeToFloats, generatedPairs, readPairs } from '@pocketnet/data';
import { compareRuns, compileGraph, decodeModel, openModel } from '@pocketnet/onnx';
import { forms } from './forms.mjs';
import { networks } from './networks.mjs';

const SIDE = 112;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: { crops: { type: 'string', default: '500' }, networks: { type: 'string' } },
  });
  const crops = await readCrops(Number(values.crops));
  console.log(`${crops.length} crops`);
  for (const { name, onnx } of networks(values.networks?.split(','))) await compare(name, onnx, crops);
}

async function compare(name, onnx, crops) {
  const detector = name === 'yunet';
  const { graph } = decodeModel(onnx, name);
  const { bytes } = compileGraph(graph);
  // A detector of sides that 32 divides sees the crop's middle, its bytes as they are.
  const side = detector ? 96 : SIDE;
  const reference = await openModel(onnx, { threads: 1 });
  const plans = await Promise.all(forms.map(({ open }) => open(bytes, { height: side, width: side })));
  const worst = forms.map(() => ({ difference: 0, cosine: 1 }));
  for (const crop of crops) {
    const image = detector ? middle(crop, side).map((value) => 127.5 * value + 127.5) : crop;
    const expected = await reference.run({ [graph.inputs[0].name]: { data: image, dims: [1, 3, side, side] } });
    for (const [i, plan] of plans.entries()) {
      const own = plan.run(image);
      for (const [output, { data }] of Object.entries(expected)) {
        worst[i].difference = Math.max(worst[i].difference, compareRuns(data, own[output]).maxRelative);
        worst[i].cosine = Math.min(worst[i].cosine, cosine(data, own[output]));
      }
    }
  }
  for (const [i, { form }] of forms.entries())
    console.log(
      `${name.padEnd(22)}${form.padEnd(14)}difference ${worst[i].difference.toExponential(1)}${detector ? '' : `, 1 − cosine ${(1 - worst[i].cosine).toExponential(1)}`}`,
    );
  await reference.close();
  for (const plan of plans) plan.close();
}

async function readCrops(count) {
  const data = process.env.POCKETNET_DATA;
  const { images } = data
    ? readPairs(join(data, 'faces/lfw_dev.bin'))
    : generatedPairs({ pairs: Math.ceil(count / 2), size: SIDE });
  const crops = [];
  for (const image of images.slice(0, count)) {
    const floats = new Float32Array(3 * SIDE * SIDE);
    await decodeToFloats(image, SIDE, floats, 0);
    crops.push(planes(floats));
  }
  return crops;
}

function planes(floats) {
  const pixels = floats.length / 3;
  return Float32Array.from(floats, (_, i) => floats[3 * (i % pixels) + Math.floor(i / pixels)]);
}

function middle(crop, side) {
  const from = (SIDE - side) / 2;
  return Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const [c, y, x] = [Math.floor(i / side ** 2), Math.floor((i % side ** 2) / side), i % side];
    return crop[(c * SIDE + from + y) * SIDE + from + x];
  });
}

function cosine(a, b) {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    dot += value * b[i];
    aa += value * value;
    bb += b[i] * b[i];
  }
  return dot / Math.sqrt(aa * bb);
}
