// How far a model's cosines between faces are from its teachers', joined by weight: over faces that it trained on and over others this tells what it
// has learned from what it has learned by heart.
//
//   node benchmarks/distill/cosine-gap.mjs s-256.safetensors --teacher mobilefacenet.onnx --teacher fr_feature.onnx:bgr=3 \
//     --data 'faces/train?only=configs/lists/train-held-out.txt' [--data … --faces 1000]
import { parseArgs } from 'node:util';
import { openSource } from '@pocketnet/data';
import { normaliseRows } from '@pocketnet/evaluate';
import { embedded, inTurn } from './embedded.mjs';

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
  const wanted = joined(await inTurn(teachers, (teacher) => weighted(teacher, images)));
  for (const model of positionals) {
    const cosines = cosinesOf(await embedded(model, images));
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

/** @param teacher a model's name, with `=3` where it weighs three times as much as one without */
async function weighted(teacher, images) {
  const [, named, weight = 1] = /^(.*?)(?:=([\d.]+))?$/.exec(teacher);
  return { weight: Number(weight), cosines: cosinesOf(await embedded(named, images)) };
}

/** Row i holds its cosines to the rows before it. */
function cosinesOf(embeddings) {
  const { rows, cols, data: numbers } = normaliseRows(embeddings);
  const cosine = (i, j) => {
    let sum = 0;
    for (let k = 0; k < cols; k++) sum += numbers[i * cols + k] * numbers[j * cols + k];
    return sum;
  };
  return Array.from({ length: rows }, (_, i) => Float64Array.from({ length: i }, (_, j) => cosine(i, j)));
}

/** The teachers' cosines, each by its weight's share: those of their embeddings side by side, scaled by the weights' roots. */
function joined(each) {
  const total = each.reduce((sum, { weight }) => sum + weight, 0);
  return each[0].cosines.map((row, i) =>
    row.map((_, j) => each.reduce((sum, { weight, cosines }) => sum + (weight / total) * cosines[i][j], 0)),
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
