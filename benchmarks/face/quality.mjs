// Error versus reject (Grother, Tabassi: "Performance of biometric quality measures", PAMI 2007): of same pairs, one photo of which was
// degraded, those whose worse face a measure likes least are left out; what share of the others is refused at the usual threshold?
//
// `npm run bench -- face-quality [--photos 722]`
import { parseArgs } from 'node:util';
import { openPocketNet, readImage } from 'pocketnet/node';
import sharp from 'sharp';
import { cosine, detector, embedder, people, percent } from './folder.mjs';

const REJECTED = [0, 0.05, 0.1, 0.2, 0.3];

/** What photos suffer, in turn: nothing, for every second one. */
const DEGRADATIONS = [
  ['blurred', (picture) => picture.blur(3.5)],
  ['small', (picture, width) => picture.resize(Math.round(width / 4))],
  ['dark', (picture) => picture.linear(0.12, 0)],
  ['faded', (picture) => picture.linear(0.12, 110)],
  [
    'cut',
    (picture, width) =>
      picture.extract({ left: Math.round(width * 0.42), top: 0, width: Math.round(width * 0.58), height: width }),
  ],
];

export async function run(args) {
  const { values } = parseArgs({ args, options: { photos: { type: 'string', default: '722' } } });
  const net = await openPocketNet({ detector, embedder });
  const faces = [];
  let lost = 0;
  for (const [i, { path, who }] of people(Number(values.photos)).entries()) {
    const image = await readImage(path);
    const [, degrade] = i % 2 ? DEGRADATIONS[((i - 1) / 2) % DEGRADATIONS.length] : [];
    const photo = degrade ? await changed(image, degrade) : image;
    const [face] = await net.detect(photo);
    if (!face) lost++;
    else
      faces.push({
        who,
        vector: (await net.embed(net.align(photo, face))).vector,
        face,
        degraded: degrade !== undefined,
      });
  }
  const { usual } = net.thresholds();
  net.close();
  const pairs = [];
  for (const [i, a] of faces.entries())
    for (const b of faces.slice(0, i))
      if (a.who === b.who) pairs.push({ a, b, missed: cosine(a.vector, b.vector) < usual });
  console.log(`${faces.length} photos, ${lost} without a face; ${pairs.length} same pairs`);
  console.log(
    `refused at the usual threshold, with ${REJECTED.map((share) => percent(share, 0)).join(', ')} % left out:`,
  );
  for (const [name, worthOf] of Object.entries(measures())) {
    const ranked = pairs.toSorted(
      (x, y) => Math.min(worthOf(x.a), worthOf(x.b)) - Math.min(worthOf(y.a), worthOf(y.b)),
    );
    const shares = REJECTED.map((share) => {
      const kept = ranked.slice(Math.floor(share * ranked.length));
      return percent(kept.filter(({ missed }) => missed).length / kept.length, 1);
    });
    console.log(`${name.padEnd(12)} ${shares.join(', ')} %`);
  }
  for (const measure of ['size', 'visibility', 'sharpness', 'exposure', 'pose', 'border']) {
    const verdicts = faces
      .filter(({ degraded }) => !degraded)
      .map(({ face }) => face.quality.find(({ name }) => name === measure).verdict);
    const share = (verdict) => percent(verdicts.filter((each) => each === verdict).length / verdicts.length, 1);
    console.log(
      `of photos as they are, ${measure.padEnd(10)} good ${share('good')} %, poor ${share('poor')} %, bad ${share('bad')} %`,
    );
  }
  for (const [name, least] of [
    ['no bad face', ['good', 'poor']],
    ['good alone', ['good']],
  ]) {
    const passes = ({ face }) =>
      face.quality.every(({ name: each, verdict }) => each === 'alone' || least.includes(verdict));
    const kept = pairs.filter(({ a, b }) => passes(a) && passes(b));
    const missed = kept.filter((pair) => pair.missed).length;
    console.log(
      `the gate, ${name}: ${percent(1 - kept.length / pairs.length, 1)} % left out, ${percent(missed / kept.length, 1)} % of the others refused`,
    );
  }
}

async function changed({ width, height, data }, degrade) {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  return readImage(await degrade(picture, width).png().toBuffer());
}

const WEIGHT = { good: 0, poor: 1, bad: 10 };

/** By name: how much a face is worth, and whether one knew already. */
function measures() {
  const of =
    (name, sign) =>
    ({ face }) =>
      sign * face.quality.find((each) => each.name === name).value;
  return {
    size: of('size', 1),
    sharpness: of('sharpness', 1),
    exposure: of('exposure', 1),
    pose: of('pose', -1),
    border: of('border', -1),
    visibility: of('visibility', 1),
    verdicts: ({ face: { quality } }) =>
      -quality.reduce((sum, { name, verdict }) => sum + (name === 'alone' ? 0 : WEIGHT[verdict]), 0),
    chance: ({ vector }) => vector[0], // says nothing of quality
  };
}
