// Mutated pictures of every format that is read, headers that lie about their size among them: a result or an error by name, nothing else.
// Memory before and after, and the slowest.
//
// `npm run bench -- face-fuzz [--count 10000] [--seed 1]`
// With a cap on memory: `bash -c 'ulimit -v 6000000; npm run bench -- face-fuzz'`
import { parseArgs } from 'node:util';
import { drawFace } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { ImageError, readImage } from 'pocketnet/node';
import sharp from 'sharp';

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  });
  sharp.cache(false);
  const pictures = await encoded();
  const names = Object.keys(pictures);
  const random = new Random(Number(values.seed));
  const outcomes = {};
  let slowest = { ms: 0, what: '' };
  for (let i = 0; i < 200; i++) await readImage(pictures[names[i % names.length]]);
  const memory = [rss()];
  for (let i = 0; i < Number(values.count); i++) {
    const name = names[random.int(names.length)];
    const bytes = mutated(pictures[name], random, pictures[names[random.int(names.length)]]);
    const start = performance.now();
    const outcome = await readImage(bytes).then(
      ({ width, height, data }) => (data.length === 3 * width * height ? 'read' : 'WRONG SIZE'),
      (error) => (error instanceof ImageError ? error.problem : `WRONG ERROR ${error}`),
    );
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, what: `number ${i}, ${name}, ${outcome}` };
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if ((i + 1) % Math.ceil(Number(values.count) / 5) === 0) memory.push(rss());
  }
  console.log(
    Object.entries(outcomes)
      .map(([outcome, count]) => `${outcome} ${count}`)
      .join(', '),
  );
  console.log(`slowest ${slowest.ms.toFixed(0)} ms (${slowest.what})`);
  console.log(`MiB before, and after each fifth: ${memory.join(', ')}`);
  if (Object.keys(outcomes).some((outcome) => outcome.startsWith('WRONG'))) process.exitCode = 1;
}

function rss() {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

async function encoded() {
  const { data } = drawFace(1, 1, { size: 96 });
  const source = () => sharp(data, { raw: { width: 96, height: 96, channels: 3 } });
  const made = {
    jpeg: source().jpeg(),
    'progressive jpeg': source().jpeg({ progressive: true }),
    'cmyk jpeg': source().toColourspace('cmyk').jpeg(),
    png: source().png(),
    'png of 16 bits': source().toColourspace('rgb16').png(),
    webp: source().webp(),
    'lossless webp': source().webp({ lossless: true }),
    gif: source().gif(),
    avif: source().avif({ effort: 0 }),
    tiff: source().tiff({ compression: 'lzw' }),
  };
  return Object.fromEntries(
    await Promise.all(Object.entries(made).map(async ([name, picture]) => [name, await picture.toBuffer()])),
  );
}

/** Bytes changed, cut, repeated, spliced with another file's, or a size in the header that is not so. */
function mutated(bytes, random, other) {
  const out = Uint8Array.from(bytes);
  const at = random.int(out.length);
  const kinds = [
    () => out.map((byte) => (random.next() < 0.002 ? random.int(256) : byte)),
    () => out.subarray(0, at),
    () => Uint8Array.from([...out.subarray(0, at), ...other.subarray(random.int(other.length))]),
    () => Uint8Array.from([...out.subarray(0, at), ...out.subarray(Math.floor(at / 2))]),
    () => {
      const head = random.int(Math.min(64, out.length));
      for (let i = 0; i < 1 + random.int(4); i++)
        out[(head + i) % out.length] = random.next() < 0.5 ? 255 : random.int(256);
      return out;
    },
  ];
  return kinds[random.int(kinds.length)]();
}
