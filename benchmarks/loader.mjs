import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createLoader, decodePicture, encodeJpegSync, openSource, pictureToFloats } from '@pocketnet/data';
import sharp from 'sharp';

const SIZE = 112;
const BAR = 2000;

/**
 * Crops a second and core of the loader beside a single-threaded sharp loop that does the same work: decode, flip by
 * chance, (x - 127.5) / 127.5 into NHWC floats. The contenders take turns in each round, so that whatever else the
 * machine does falls on all of them; a core is a second of processor time of the whole process.
 *
 * `args`: [location] — faces/train of POCKETNET_DATA unless given, else generated ones, encoded beforehand.
 */
export async function run(args = []) {
  const location = args[0] ?? realFaces() ?? 'generated:identities=40,images=25,size=112';
  const crops = takeCrops(location, 2000);
  const target = new Float32Array(SIZE * SIZE * 3);
  const isDrawn = location.startsWith('generated:');
  sharp.concurrency(1);

  const contenders = {
    'sharp, one after the other': () => sharpLoop(crops, target),
    'our decoder, one after the other': () => decodeLoop(crops, target),
    ...(isDrawn
      ? {}
      : {
          'our loader, 0 workers': () => loadEpoch(location, 0, crops.length),
          'our loader, 1 worker': () => loadEpoch(location, 1, crops.length),
          'our loader, 2 workers': () => loadEpoch(location, 2, crops.length),
        }),
  };
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, { perSecond: [], perCore: [] }]));
  for (let round = 0; round < 6; round++) {
    for (const [name, work] of Object.entries(contenders)) {
      const { count, seconds, core } = await measured(work);
      if (round === 0) continue; // warms up
      rates[name].perSecond.push(count / seconds);
      rates[name].perCore.push(count / core);
    }
  }

  await Promise.all(Object.values(loaders).map((loader) => loader.close()));
  loaders = {};

  console.log(`Loader: ${crops.length} crops of ${location}, median of 5 interleaved rounds`);
  console.table(
    Object.fromEntries(
      Object.entries(rates).map(([name, { perSecond, perCore }]) => [
        name,
        { 'crops/s': Math.round(median(perSecond)), 'crops/s and core': Math.round(median(perCore)) },
      ]),
    ),
  );
  if (isDrawn)
    console.log('Generated faces are drawn, not decoded, by the loader; give a location to time the loader.');
  const ours = isDrawn ? 'our decoder, one after the other' : 'our loader, 1 worker';
  const rate = median(rates[ours].perCore);
  const passed = rate >= BAR;
  console.log(`${passed ? 'passed' : 'FAILED'}: ${ours}, ${Math.round(rate)} crops/s and core (bar ${BAR})`);
  return { passed, rates };
}

function realFaces() {
  const path = join(process.env.POCKETNET_DATA ?? '', 'faces', 'train');
  return process.env.POCKETNET_DATA && existsSync(path) ? path : undefined;
}

function takeCrops(location, limit) {
  const source = openSource(location);
  const count = Math.min(limit, source.length);
  const draws = source.picture?.bind(source);
  const crops = Array.from({ length: count }, (_, i) => (draws ? encodeJpegSync(draws(i), 92) : source.read(i)));
  source.close();
  return crops;
}

async function sharpLoop(crops, target) {
  for (const [i, bytes] of crops.entries()) {
    const pipeline = sharp(bytes).removeAlpha();
    const data = await (i % 2 ? pipeline.flop() : pipeline).raw().toBuffer();
    for (let at = 0; at < target.length; at++) target[at] = (data[at] - 127.5) / 127.5;
  }
  return crops.length;
}

async function decodeLoop(crops, target) {
  for (const bytes of crops) pictureToFloats(await decodePicture(bytes), target);
  return crops.length;
}

async function loadEpoch(location, workers, atLeast) {
  const key = `${location} ${workers}`;
  loaders[key] ??= createLoader(location, { batch: 100, workers, augment: [{ name: 'flip', p: 0.5 }] });
  const loader = loaders[key];
  let count = 0;
  for await (const batch of loader.epoch(0)) {
    count += batch.count;
    batch.release();
    if (count >= atLeast) break;
  }
  return count;
}
let loaders = {};

async function measured(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { count, seconds, core: (user + system) / 1e6 };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await run(process.argv.slice(2));
}
