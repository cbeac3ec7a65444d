// YuNet on our engine beside ONNX Runtime with the same float16 weights; faces found at several sizes of a photo; what the second look gains.
//
// `npm run bench -- face-detector [--part oracle,recall,look]`
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromHalf, toHalf } from '@pocketnet/files';
import { decodeModel, openModel } from '@pocketnet/onnx';
import { transformPoint, warpAffine } from 'pocketnet/align';
import { openPocketNet, readImage } from 'pocketnet/node';
import sharp from 'sharp';
import { detector, embedder, facesFolder, people, photographs, quantile } from './folder.mjs';

export async function run(args) {
  const { values } = parseArgs({ args, options: { part: { type: 'string', default: 'oracle,recall,look' } } });
  for (const part of values.part.split(',')) await parts[part]();
}

const SIZE = 256;

/** YuNet's formula, as its authors give it, on ONNX Runtime's outputs. */
function decode(outputs, width, least) {
  return [8, 16, 32].flatMap((stride) => {
    const [cls, obj, boxes, points] = ['cls', 'obj', 'bbox', 'kps'].map((name) => outputs[`${name}_${stride}`]);
    const columns = width / stride;
    return Array.from(cls, (value, i) => ({
      place: `${stride}:${i}`,
      score: Math.sqrt(value * obj[i]),
      side: stride * Math.exp((boxes[4 * i + 2] + boxes[4 * i + 3]) / 2),
      points: [0, 1, 2, 3, 4].map((k) => [
        stride * ((i % columns) + points[10 * i + 2 * k]),
        stride * (Math.floor(i / columns) + points[10 * i + 2 * k + 1]),
      ]),
    })).filter(({ score }) => score >= least);
  });
}

/** Every detection above 0.3, place by place, of our engine and of ONNX Runtime with the same weights. */
async function oracle() {
  const file = readFileSync(join(facesFolder('detectors'), 'yunet_n_dynamic.onnx'));
  roundWeights(file);
  const runtime = await openModel(file, { threads: 1 });
  const engines = {
    'natively, best': (await import('@pocketnet/engine-native')).openPlan,
    'WebAssembly, strict': (await import('@pocketnet/engine')).openPlan,
  };
  const photos = await Promise.all(
    people()
      .filter((_, i) => i % 7 === 0)
      .map(({ path }) => square(path)),
  );
  for (const [name, open] of Object.entries(engines)) {
    const plan = await open(detector, { height: SIZE, width: SIZE, ...(name.includes('strict') && { form: 'simd' }) });
    let [count, worst, worstScore, lost] = [0, 0, 0, 0];
    for (const { data } of photos) {
      const planes = new Float32Array(3 * SIZE * SIZE);
      for (let i = 0; i < SIZE * SIZE; i++)
        for (let c = 0; c < 3; c++) planes[c * SIZE * SIZE + i] = data[3 * i + 2 - c];
      const answers = await runtime.run({ input: { data: planes, dims: [1, 3, SIZE, SIZE] } });
      const expected = decode(Object.fromEntries(Object.entries(answers).map(([k, v]) => [k, v.data])), SIZE, 0.3);
      const found = new Map(decode(plan.run(data), SIZE, 0.29).map((each) => [each.place, each]));
      for (const { place, points, score } of expected) {
        const own = found.get(place);
        if (!own) lost++;
        else {
          count++;
          worst = Math.max(worst, ...points.map(([x, y], k) => Math.hypot(x - own.points[k][0], y - own.points[k][1])));
          worstScore = Math.max(worstScore, Math.abs(score - own.score));
        }
      }
    }
    console.log(
      `${name}: ${count} detections on ${photos.length} photos, ${lost} lost; points within ${worst.toFixed(5)} px, scores within ${worstScore.toExponential(1)}`,
    );
    plan.close();
  }
  await runtime.close();
}

/** Rounds the floats of an ONNX file to halves, in place: each tensor lies in it as its raw bytes. */
function roundWeights(file) {
  for (const { data } of decodeModel(file).graph.initializers.values()) {
    if (!(data instanceof Float32Array)) continue;
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const rounded = Float32Array.from(data, (value) => fromHalf(toHalf(value)));
    const at = file.indexOf(Buffer.from(raw));
    if (at < 0) throw new Error('A tensor does not lie in the file as raw bytes.');
    Buffer.from(rounded.buffer).copy(file, at);
  }
}

async function square(path) {
  const { data } = await sharp(path).resize(SIZE, SIZE).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: SIZE, height: SIZE, data: new Uint8Array(data) };
}

/** Photos at several sizes: of the faces that most sizes agree on, how many each finds. */
async function recall() {
  const sides = [160, 320, 640, 1024, 1600];
  const net = await openPocketNet({ detector, embedder });
  const totals = sides.map(() => ({ found: 0, known: 0, others: 0, none: 0, first: 0 }));
  for (const path of photographs()) {
    const whole = await readImage(path);
    const seen = [];
    for (const [s, side] of sides.entries()) {
      const scale = Math.min(1, side / Math.max(whole.width, whole.height));
      const [width, height] = [whole.width, whole.height].map((v) => Math.max(1, Math.round(v * scale)));
      const raw = { raw: { width: whole.width, height: whole.height, channels: 3 } };
      const data = await sharp(whole.data, raw).resize(width, height).raw().toBuffer();
      const start = performance.now();
      const faces = await net.detect({ width, height, data: new Uint8Array(data) });
      totals[s].first += performance.now() - start;
      if (faces.length === 0) totals[s].none++;
      seen.push(faces.map(({ box }) => Object.fromEntries(Object.entries(box).map(([k, v]) => [k, v / scale]))));
    }
    const known = agreed(seen);
    for (const [s, boxes] of seen.entries()) {
      const matched = known.filter((box) => boxes.some((other) => overlap(box, other) > 0.3)).length;
      totals[s].known += known.length;
      totals[s].found += matched;
      totals[s].others += boxes.length - matched;
    }
  }
  for (const [s, { found, known, others, none, first }] of totals.entries())
    console.log(
      `${String(sides[s]).padStart(5)} px: ${found} of ${known} faces that three sizes or more agree on, ${others} others, ${none} photos without a face, ${(first / photographs().length).toFixed(1)} ms a photo`,
    );
  net.close();
}

/** Faces that three or more of the sizes found. */
function agreed(seen) {
  const known = [];
  for (const box of seen.flat()) {
    if (known.some((other) => overlap(box, other) > 0.3)) continue;
    if (seen.filter((boxes) => boxes.some((other) => overlap(box, other) > 0.3)).length >= 3) known.push(box);
  }
  return known;
}

function overlap(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = width > 0 && height > 0 ? width * height : 0;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** Points on changed copies of a photo, against those of the photo itself, in hundredths of the distance of the eyes. */
async function look() {
  const net = await openPocketNet({ detector, embedder });
  const scaled = (scale) => (image) => moved(image, scale, 0);
  const changes = {
    'scaled to a third': scaled(1 / 3),
    'scaled to half': scaled(1 / 2),
    'scaled by 2': scaled(2),
    'scaled by 4': scaled(4),
    'scaled by 6': scaled(6),
    'turned by 15°': (image) => moved(image, 1, 15),
    'turned by 30°': (image) => moved(image, 1, 30),
    'JPEG of quality 20': async (image) => ({ image: await again(image, (s) => s.jpeg({ quality: 20 })) }),
    'blurred, σ 2': async (image) => ({ image: await again(image, (s) => s.blur(2).png()) }),
    'darkened to a third': async (image) => ({ image: await again(image, (s) => s.linear(0.33, 0).png()) }),
  };
  const chosen = people().filter((_, i) => i % 9 === 0);
  for (const [name, change] of Object.entries(changes)) {
    const errors = { true: [], false: [] };
    let lost = 0;
    for (const { path } of chosen) {
      const image = await readImage(path);
      const { image: other, matrix = [1, 0, 0, 0, 1, 0] } = await change(image);
      for (const refine of [false, true]) {
        const [face] = await net.detect(image, { refine });
        const [same] = await net.detect(other, { refine });
        if (!face || !same) {
          lost++;
          continue;
        }
        const expected = face.points.map((point) => transformPoint(matrix, point));
        const eyes = Math.hypot(expected[0][0] - expected[1][0], expected[0][1] - expected[1][1]);
        const error = expected.reduce(
          (sum, [x, y], i) => sum + Math.hypot(x - same.points[i][0], y - same.points[i][1]),
          0,
        );
        errors[refine].push((100 * error) / 5 / eyes);
      }
    }
    const tell = (values) =>
      `${quantile(values, 0.5).toFixed(1)} (nine tenths within ${quantile(values, 0.9).toFixed(1)})`;
    console.log(
      `${name.padEnd(22)} one look ${tell(errors.false)}, two ${tell(errors.true)}${lost ? `, ${lost} not found` : ''}`,
    );
  }
  net.close();
}

/** A photo that sharp has changed. */
async function again(image, change) {
  const raw = { raw: { width: image.width, height: image.height, channels: 3 } };
  return readImage(await change(sharp(image.data, raw)).toBuffer());
}

/** A photo turned about its middle and scaled, and where its points go. */
async function moved(image, scale, degrees) {
  const [width, height] = [image.width, image.height].map((side) => Math.round(side * scale));
  if (degrees === 0) {
    const raw = { raw: { width: image.width, height: image.height, channels: 3 } };
    const data = await sharp(image.data, raw).resize(width, height).raw().toBuffer();
    return {
      image: { width, height, data: new Uint8Array(data) },
      matrix: [
        width / image.width,
        0,
        width / image.width / 2 - 0.5,
        0,
        height / image.height,
        height / image.height / 2 - 0.5,
      ],
    };
  }
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const matrix = [cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy];
  return { image: warpAffine(image, matrix, width, height), matrix };
}

const parts = { oracle, recall, look };
