// From photos to verdicts on lfw_people: accuracy at the card's thresholds and at the best one, faces not found, milliseconds by stage.
//
// `npm run bench -- face [--in native,wasm,chromium] [--photos 722] [--side 640] [--no-mirror]`
//
// --side  enlarges the photos to that side beforehand, for times of large ones
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPocketNet, readImage } from 'pocketnet/node';
import sharp from 'sharp';
import { bundled, openPage } from '../../testing/chromium.mjs';
import { bestOf, cosine, detector, embedder, pairsOf, people, percent, quantile, ratesAt, tarAt } from './folder.mjs';

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      in: { type: 'string', default: 'native,wasm,chromium' },
      photos: { type: 'string', default: '722' },
      side: { type: 'string' },
      mirror: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const photos = people(Number(values.photos)).map((photo) => ({ ...photo, bytes: readFileSync(photo.path) }));
  if (values.side !== undefined)
    for (const photo of photos) photo.bytes = await sharp(photo.bytes).resize(Number(values.side)).jpeg().toBuffer();
  for (const place of values.in.split(',')) report(place, photos, await places[place](photos, values.mirror));
}

const places = {
  native: (photos, mirror) => inNode(photos, { mirror }),
  wasm: async (photos, mirror) => {
    const { openPlan } = await import('@pocketnet/engine');
    return inNode(photos, { mirror, engine: openPlan });
  },
  chromium: inChromium,
};

const STAGES = ['decode', 'detect', 'align', 'embed'];

async function inNode(photos, options) {
  const net = await openPocketNet({ detector, embedder, ...options });
  const faces = [];
  for (const { bytes } of photos) faces.push(await throughStages(net, readImage, bytes));
  const thresholds = options.mirror ? net.thresholds() : undefined;
  net.close();
  return { faces, thresholds };
}

/** One photo, stage by stage: its template, or undefined where no face is found, and when each stage ended. */
async function throughStages(net, read, source) {
  const times = [performance.now()];
  const image = await read(source);
  times.push(performance.now());
  const [face] = await net.detect(image);
  times.push(performance.now());
  if (!face) return { times };
  // `detect` has cut the crop already; here its time is told apart.
  const crop = net.align(image, { points: face.points });
  times.push(performance.now());
  const { vector } = await net.embed(crop);
  times.push(performance.now());
  return { times, vector: Array.from(vector) };
}

async function inChromium(photos, mirror) {
  const entry = fileURLToPath(new URL('../../packages/face/dist/index.js', import.meta.url));
  const binary = (body) => ({ type: 'application/octet-stream', body });
  const { page, close } = await openPage({
    '/pocketnet.js': { type: 'text/javascript', body: await bundled(entry) },
    ...{ '/detector': binary(detector), '/embedder': binary(embedder) },
    ...Object.fromEntries(photos.map(({ bytes }, i) => [`/${i}`, binary(bytes)])),
  });
  try {
    return await page.evaluate(`(async () => {
      const { openPocketNet, readImage } = await import('/pocketnet.js');
      const throughStages = ${throughStages};
      const bytes = (path) => fetch(path).then((answer) => answer.arrayBuffer());
      const net = await openPocketNet({ detector: bytes('/detector'), embedder: bytes('/embedder'), mirror: ${mirror} });
      const faces = [];
      for (let i = 0; i < ${photos.length}; i++) {
        const blob = new Blob([await bytes('/' + i)]);
        faces.push(await throughStages(net, readImage, blob));
      }
      return { faces, thresholds: ${mirror} ? net.thresholds() : undefined };
    })()`);
  } finally {
    await close();
  }
}

function report(place, photos, { faces, thresholds }) {
  const found = photos.flatMap(({ who }, i) => (faces[i].vector ? [{ who, vector: faces[i].vector }] : []));
  const pairs = pairsOf(found.map(({ who }) => who));
  const score = ([i, j]) => cosine(found[i].vector, found[j].vector);
  const scores = { same: pairs.same.map(score), different: pairs.different.map(score) };
  console.log(`\n${place}: ${photos.length} photos, ${photos.length - found.length} without a face`);
  console.log(`${scores.same.length} same pairs, ${scores.different.length} different`);
  const tell = (name, { threshold, accepted, refused, balanced }) =>
    console.log(
      `${name.padEnd(8)} ${threshold.toFixed(3)}: balanced ${percent(balanced)} % (same accepted ${percent(accepted)}, different refused ${percent(refused)})`,
    );
  for (const [name, threshold] of Object.entries(thresholds ?? {})) tell(name, ratesAt(scores, threshold));
  tell('best', bestOf(scores));
  console.log(`TAR at FAR 1e-2 ${percent(tarAt(scores, 1e-2))} %, 1e-3 ${percent(tarAt(scores, 1e-3))} %`);
  for (const [i, stage] of STAGES.entries()) {
    const times = faces.flatMap(({ times: t }) => (t[i + 1] === undefined ? [] : [t[i + 1] - t[i]]));
    console.log(
      `${stage.padEnd(8)} ${quantile(times, 0.1).toFixed(1)} ms in the fastest tenth, ${quantile(times, 0.5).toFixed(1)} in half`,
    );
  }
}
