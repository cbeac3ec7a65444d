// How far a model's cosines between faces are from its teachers', joined by weight: over faces that it trained on and over others this tells what it
// has learned from what it has learned by heart.
//
//   node benchmarks/distill/cosine-gap.mjs s-256.safetensors --teacher mobilefacenet.onnx --teacher fr_feature.onnx:bgr=3 \
//     --data 'faces/train?only=configs/lists/train-held-out.txt' [--data … --faces 1000]
import { parseArgs } from 'node:util';
import { openSource } from '@pocketnet/data';
import { flipSum, normaliseRows } from '@pocketnet/evaluate';
import { openEmbeddings } from '@pocketnet/lab/embedders';

const { values, positionals } = parseArgs({
  options: {
    teacher: { type: 'string', multiple: true, default: [] },
    data: { type: 'string', multiple: true, default: [] },
    faces: { type: 'string', default: '1000' },
  },
  allowPositionals: true,
});
const { teacher: teachers, data } = values;
if (positionals.length === 0 || teachers.length === 0 || data.length === 0)
  throw new Error('Name models, and their teachers and faces by --teacher and --data.');

for (const location of data) {
  const { images, labels } = evenly(location, Number(values.faces));
  const wanted = joined(
    await inTurn(teachers, async (named) => ({ weight: weightOf(named), ...(await embed(named, images)) })),
  );
  for (const model of positionals) {
    const cosines = cosinesOf(await embed(model, images));
    const [genuine, strangers] = [true, false].map((same) => gap(wanted, cosines, labels, same));
    console.log(`${location}, ${labels.length} faces, ${model}:`);
    console.log(`  one person  ${inWords(genuine)}`);
    console.log(`  strangers   ${inWords(strangers)}`);
  }
}

/** So many faces of a source, in equal steps, in its order. */
function evenly(location, most) {
  const faces = openSource(location);
  const step = Math.max(1, Math.floor(faces.length / most));
  const chosen = Array.from({ length: Math.min(most, Math.ceil(faces.length / step)) }, (_, i) => i * step);
  const pictures = chosen.map((i) => faces.read(i).slice());
  const labels = chosen.map((i) => faces.label(i));
  faces.close();
  return { images: { name: location, length: chosen.length, read: (i) => pictures[i] }, labels };
}

function weightOf(named) {
  return Number(/=([\d.]+)$/.exec(named)?.[1] ?? 1);
}

async function embed(named, faces) {
  const [, path, channels] = /^(.*?)(?::(rgb|bgr))?(?:=[\d.]+)?$/.exec(named);
  const source = await openEmbeddings(path, { ...(channels && { channels }) });
  const { images, flips } = await source.embed(faces, { flip: true });
  await source.close();
  return normaliseRows(flips ? flipSum(images, flips) : images);
}

/** Row i holds its cosines to the rows before it. */
function cosinesOf({ rows, cols, data: numbers }) {
  const cosine = (i, j) => {
    let sum = 0;
    for (let k = 0; k < cols; k++) sum += numbers[i * cols + k] * numbers[j * cols + k];
    return sum;
  };
  return Array.from({ length: rows }, (_, i) => Float64Array.from({ length: i }, (_, j) => cosine(i, j)));
}

/** The teachers' cosines, each by its weight's share: those of their embeddings side by side, scaled by the weights' roots. */
function joined(embedded) {
  const total = embedded.reduce((sum, { weight }) => sum + weight, 0);
  const each = embedded.map((one) => ({ share: one.weight / total, cosines: cosinesOf(one) }));
  return each[0].cosines.map((row, i) =>
    row.map((_, j) => each.reduce((sum, { share, cosines }) => sum + share * cosines[i][j], 0)),
  );
}

/** Of the pairs of one person, or of strangers. */
function gap(wanted, cosines, labels, same) {
  let [pairs, squares] = [0, 0];
  for (const [i, row] of cosines.entries())
    for (const [j, cosine] of row.entries()) {
      if ((labels[i] === labels[j]) !== same) continue;
      pairs++;
      squares += (cosine - wanted[i][j]) ** 2;
    }
  return { pairs, distance: Math.sqrt(squares / pairs) };
}

function inWords({ pairs, distance }) {
  return `${distance.toFixed(4)} (root of the mean square), ${pairs} pairs`;
}

async function inTurn(all, run) {
  const results = [];
  for (const each of all) results.push(await run(each));
  return results;
}
