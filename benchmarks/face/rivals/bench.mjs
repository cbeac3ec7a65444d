// pocketnet beside the packages that compare faces in a page: same Chromium, same photos of lfw_people, one thread, each with the
// settings that its own documentation recommends.
//
// `npm install --prefix benchmarks/face/rivals`, once, then
// `npm run bench -- face-rivals [--photos 722] [--only pocketnet,human] [--part accuracy,first,times] [--timed 20] [--out runs/face-rivals]`
//
// Templates are kept in --out as they come, so that a run goes on where the one before was left.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { bestOf, equalErrorRate, pairsOf, people, percent, quantile, ratesAt, tarAt } from '../folder.mjs';
import { contenders } from './contenders.mjs';
import { firstVerdict, openContender, prepare, wireBytes } from './page.mjs';

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      photos: { type: 'string', default: '722' },
      only: { type: 'string', default: '' },
      part: { type: 'string', default: 'accuracy,first,times' },
      timed: { type: 'string', default: '20' },
      out: { type: 'string', default: 'runs/face-rivals' },
    },
  });
  if (!existsSync(fileURLToPath(new URL('node_modules', import.meta.url))))
    throw new Error('The packages to compare with are missing: npm install --prefix benchmarks/face/rivals');
  const photos = people(Number(values.photos)).map((photo) => ({ ...photo, bytes: readFileSync(photo.path) }));
  const wanted = values.only.split(',');
  const chosen = {};
  for (const [name, open] of Object.entries(contenders))
    if (wanted.some((part) => name.includes(part))) chosen[name] = await prepare(open());
  for (const part of values.part.split(',')) await parts[part](chosen, photos, values);
}

const parts = { accuracy, first, times };

async function accuracy(chosen, photos, { out }) {
  mkdirSync(out, { recursive: true });
  const results = {};
  for (const [name, prepared] of Object.entries(chosen)) results[name] = await templates(prepared, photos, out);
  const pairs = pairsOf(photos.map(({ who }) => who));
  for (const [name, { vectors, thresholds }] of Object.entries(results)) {
    const lost = vectors.filter((vector) => !vector).length;
    console.log(`\n${name}: ${lost} of ${photos.length} photos without a face`);
    tell(pairs, vectors, chosen[name].score, thresholds);
  }
  const all = Object.values(results);
  const foundByAll = photos.map((_, i) => all.every(({ vectors }) => vectors[i]));
  console.log(`\nOn the ${foundByAll.filter(Boolean).length} photos in which each finds a face:`);
  for (const [name, { vectors, thresholds }] of Object.entries(results)) {
    console.log(name);
    const kept = vectors.map((vector, i) => (foundByAll[i] ? vector : null));
    tell(pairs, kept, chosen[name].score, thresholds);
  }
}

/** The templates of photos: those that an earlier run kept, and the others. */
async function templates(prepared, photos, out) {
  const file = join(out, `${prepared.page}-${prepared.fingerprint}.jsonl`);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const known = new Map(lines.map((line) => JSON.parse(line)).map(({ name, vector }) => [name, vector]));
  const contender = await openContender(
    prepared,
    photos.map(({ bytes }) => bytes),
  );
  try {
    for (const [i, { name }] of photos.entries()) {
      if (known.has(name)) continue;
      const { vector } = await contender.vector(i);
      known.set(name, vector);
      appendFileSync(file, `${JSON.stringify({ name, vector })}\n`);
    }
  } finally {
    await contender.close();
  }
  return { vectors: photos.map(({ name }) => known.get(name)), thresholds: contender.thresholds };
}

/** Accuracy on the pairs whose photos both have a template; what share of all same pairs is accepted. */
function tell(pairs, vectors, score, thresholds) {
  const scored = (list) => list.flatMap(([i, j]) => (vectors[i] && vectors[j] ? [score(vectors[i], vectors[j])] : []));
  const scores = { same: scored(pairs.same), different: scored(pairs.different) };
  console.log(`  ${scores.same.length} same pairs, ${scores.different.length} different`);
  for (const [name, value] of Object.entries(thresholds)) {
    const { threshold, accepted, refused, balanced } = ratesAt(scores, value);
    const ofAll = (accepted * scores.same.length) / pairs.same.length;
    console.log(
      `  ${name.padEnd(6)} ${threshold.toFixed(3)}: balanced ${percent(balanced)} % (same accepted ${percent(accepted)}, different refused ${percent(refused)}); of all same pairs ${percent(ofAll)}`,
    );
  }
  const best = bestOf(scores);
  console.log(
    `  best   ${best.threshold.toFixed(3)}: balanced ${percent(best.balanced)} %; TAR at FAR 1e-2 ${percent(tarAt(scores, 1e-2))} %, 1e-3 ${percent(tarAt(scores, 1e-3))} %; EER ${percent(equalErrorRate(scores))} %`,
  );
}

/** Bytes and time to the first verdict on two photos of one person, each contender in turn, in a browser of its own each time. */
async function first(chosen, photos) {
  const other = photos.findIndex(({ who }, i) => i > 0 && who === photos[0].who);
  const two = [photos[0].bytes, photos[other].bytes];
  const times = Object.fromEntries(Object.keys(chosen).map((name) => [name, []]));
  const asked = {};
  for (let round = 0; round < 3; round++)
    for (const [name, prepared] of Object.entries(chosen)) {
      asked[name] = await firstVerdict(prepared, two);
      times[name].push(asked[name].milliseconds);
    }
  console.log('\nUntil the first verdict');
  for (const [name, prepared] of Object.entries(chosen)) {
    const { raw, brotli } = wireBytes(prepared, asked[name].paths);
    console.log(
      `${name.padEnd(20)} ${brotli.toLocaleString('en')} bytes by brotli (${raw.toLocaleString('en')}), ${seconds(quantile(times[name], 0.5))} s, least ${seconds(quantile(times[name], 0))} (${asked[name].verdict})`,
    );
  }
}

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);

/** Milliseconds from a photo's file to its template, warm; the contenders take turns, photo by photo. */
async function times(chosen, photos, { timed }) {
  const some = photos.slice(0, WARM_UP + Number(timed));
  for (const side of [250, 640]) {
    const files = await Promise.all(some.map(({ bytes }) => sharp(bytes).resize(side).jpeg().toBuffer()));
    const opened = await Promise.all(Object.values(chosen).map((prepared) => openContender(prepared, files)));
    const taken = opened.map(() => []);
    for (const i of files.keys())
      for (const [k, contender] of opened.entries()) {
        const { milliseconds, vector } = await contender.vector(i);
        if (i >= WARM_UP && vector) taken[k].push(milliseconds);
      }
    await Promise.all(opened.map(({ close }) => close()));
    console.log(`\nMilliseconds a photo of ${side} pixels that shows a face`);
    for (const [k, name] of Object.keys(chosen).entries())
      console.log(
        `${name.padEnd(20)} ${quantile(taken[k], 0.5).toFixed(1)}, fastest tenth ${quantile(taken[k], 0.1).toFixed(1)}`,
      );
  }
}

const WARM_UP = 3;
