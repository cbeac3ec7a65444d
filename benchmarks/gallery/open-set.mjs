// Who is it, among strangers: open-set identification by a gallery's own decisions.
//
// `POCKETNET_DATA=… npm run bench -- gallery-open-set [--model models/pocketnet-s-128/pocketnet-s-128.pnet] [--chart FILE.svg] [--cache DIR]`
//
// [--people held-out|train_more]
//
// Half of some people are enrolled with their first picture and looked for by others; the rest are strangers. "held-out" are those of faces/train whom the
// released network never saw, and by whom its rates were measured; "train_more" are others, whom the network released first had not seen either (the one
// of December 2026 learned of nine tenths of them). Pictures of faces/unlabelled_third fill the gallery up. Small galleries are drawn many times.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSource } from '@pocketnet/data';
import { detChart, rocCurve, wilsonInterval } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';
import { Gallery } from 'pocketnet/gallery';
import { openPocketNet } from 'pocketnet/node';
import { openMemoryStore } from 'pocketnet/stores';
import sharp from 'sharp';

const SIZES = [
  { size: 10, people: 10, galleries: 45 },
  { size: 1000, people: 150, galleries: 2 },
  { size: 10_000, people: 900, galleries: 1 },
];

const PEOPLE = {
  'held-out': { location: 'train/train.rec?only=configs/lists/train-held-out.txt&minImages=2', pictures: 4 },
  train_more: { location: 'train_more/train.rec?identities=0-1826&minImages=2', pictures: 2 },
};
const ASKED = [0.3, 0.1, 0.03, 0.01, 0.003];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'models/pocketnet-s-128/pocketnet-s-128.pnet' },
      people: { type: 'string', default: 'held-out' },
      chart: { type: 'string' },
      cache: { type: 'string', default: join(tmpdir(), 'pocketnet-open-set') },
    },
  });
  const data = process.env.POCKETNET_DATA;
  if (!data) throw new Error('Name the folder that holds faces/ in POCKETNET_DATA.');
  const pocketnet = await openPocketNet({ detector: async () => [], embedder: readFileSync(values.model) });
  const { location, pictures } = PEOPLE[values.people];
  const labelled = openSource(join(data, 'faces', location));
  const others = openSource(join(data, 'faces/unlabelled_third/train.rec'));
  const random = new Random(1);
  const people = random.shuffle([...firstOf(labelled, pictures).values()]);
  const [known, strangers] = [people.slice(0, people.length >> 1), people.slice(people.length >> 1)];
  const fill = random.shuffle(Array.from({ length: others.length }, (_, i) => i)).slice(0, SIZES.at(-1).size);
  const embed = embedder(pocketnet, values.cache);
  const all = {
    known: await embed(
      labelled,
      known.map(([first]) => first),
    ),
    looks: await embed(
      labelled,
      known.flatMap(([, ...later]) => later),
    ),
    whose: known.flatMap(([, ...later], who) => later.map(() => who)),
    strangers: await embed(labelled, pictures === 2 ? strangers.map(([first]) => first) : strangers.flat()),
    fill: await embed(others, fill),
  };
  console.log(
    `${pocketnet.metadata.network}: ${known.length} people to enrol, ${strangers.length} strangers, ${all.looks.length} and ${all.strangers.length} looks; rates of ${pocketnet.rates.pairs.toLocaleString('en')} pairs`,
  );
  const curves = [];
  for (const size of SIZES) curves.push(await measure(pocketnet, all, size, random));
  if (values.chart) {
    mkdirSync(join(values.chart, '..'), { recursive: true });
    writeFileSync(
      values.chart,
      detChart({
        title: 'Open-set identification',
        subtitle: `FNIR over FPIR; ${values.people}`,
        curves,
        axes: 'log',
        minFar: 1e-3,
        minFrr: 1e-2,
      }),
    );
  }
  pocketnet.close();
}

/** The first pictures of each person. */
function firstOf(source, count) {
  const pictures = new Map();
  for (let i = 0; i < source.length; i++) {
    const own = pictures.get(source.label(i)) ?? [];
    if (own.length < count) pictures.set(source.label(i), [...own, i]);
  }
  return pictures;
}

/** Templates of a source's pictures, kept from one run to the next: embedding takes minutes. */
function embedder(pocketnet, cache) {
  return async (source, indices) => {
    const name = createHash('sha256')
      .update(JSON.stringify([pocketnet.model, source.name, indices]))
      .digest('hex');
    const file = join(cache, name);
    const templates = [];
    if (existsSync(file)) {
      const { buffer } = Uint8Array.from(readFileSync(file));
      const each = buffer.byteLength / indices.length;
      for (const i of indices.keys()) templates.push(pocketnet.template(new Float32Array(buffer, i * each, each / 4)));
      return templates;
    }
    for (const index of indices) {
      const { data } = await sharp(source.read(index))
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      templates.push(await pocketnet.embed({ width: 112, height: 112, data }));
    }
    mkdirSync(cache, { recursive: true });
    writeFileSync(
      file,
      Buffer.concat(templates.map(({ vector }) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))),
    );
    return templates;
  };
}

async function measure(pocketnet, { known, looks, whose, strangers, fill }, { size, people: most, galleries }, random) {
  const people = Math.min(most, known.length);
  const counts = new Map(
    ASKED.map((fpir) => [fpir, { strangers: 0, named: 0, unsure: 0, looks: 0, missed: 0, wrong: 0, doubted: 0 }]),
  );
  const [mated, nonMated] = [[], []];
  const order = random.shuffle(known.map((_, i) => i));
  for (let g = 0; g < galleries; g++) {
    const gallery = await Gallery.open(await openMemoryStore(), { rates: [pocketnet.rates] });
    const enrolled = new Map();
    for (let p = 0; p < people; p++) {
      const who = order[(g * people + p) % order.length];
      enrolled.set(who, (await gallery.enrol({ name: `${who}` }, known[who])).person);
    }
    const filled = random.shuffle(fill.slice()).slice(0, size - people);
    for (const template of filled) await gallery.enrol({ name: 'one of many' }, template);
    // Of many small galleries each meets some strangers, of few large ones all.
    const met = galleries > 10 ? random.shuffle(strangers.slice()).slice(0, 200) : strangers;
    for (const fpir of ASKED) {
      const count = counts.get(fpir);
      for (const template of met) {
        const found = await gallery.identify(template, { fpir, topK: 2 });
        count.strangers++;
        if (found.decision === 'match') count.named++;
        if (found.decision === 'unsure') count.unsure++;
        if (fpir === ASKED[0]) nonMated.push(found.candidates[0].cosine);
      }
      for (const [look, template] of looks.entries()) {
        const person = enrolled.get(whose[look]);
        if (person === undefined) continue;
        const found = await gallery.identify(template, { fpir, topK: 2 });
        count.looks++;
        if (found.person !== person) count.missed++;
        if (found.person !== undefined && found.person !== person) count.wrong++;
        if (found.decision === 'unsure') count.doubted++;
        if (fpir === ASKED[0]) mated.push(found.candidates[0].person === person ? found.candidates[0].cosine : -1);
      }
    }
    await gallery.close();
  }
  console.log(
    `\n${size.toLocaleString('en')} templates, ${galleries} ${galleries === 1 ? 'gallery' : 'galleries'}; ${mated.length} looks at enrolled people, ${nonMated.length} at strangers; nearest is the right one: ${percent(mated.filter((cosine) => cosine > -1).length, mated.length)}`,
  );
  console.log(
    '| asked FPIR | strangers called by a name (95 % interval) | unsure | enrolled people not named | of whom unsure | called by another name |\n| --- | --- | --- | --- | --- | --- |',
  );
  for (const [fpir, count] of counts) {
    // looks of one stranger at several galleries are not independent: the interval is a little too narrow for those
    const { low, high } = wilsonInterval(count.named, count.strangers);
    console.log(
      `| ${100 * fpir} % | ${percent(count.named, count.strangers)} (${(100 * low).toFixed(2)}–${(100 * high).toFixed(2)}) | ${percent(count.unsure, count.strangers)} | ${percent(count.missed, count.looks)} | ${percent(count.doubted, count.looks)} | ${percent(count.wrong, count.looks)} |`,
    );
  }
  return {
    name: `${size.toLocaleString('en')} templates`,
    curve: rocCurve({ genuine: Float64Array.from(mated), impostor: Float64Array.from(nonMated) }),
  };
}

const percent = (count, of) => `${((100 * count) / of).toFixed(2)} %`;
