import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FaceSource } from '@pocketnet/data';
import { wholeNumber } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import type { Action, CommonOptions } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
  identities: number;
  images: number;
  pairs: number;
  seed: number;
  size: number;
}

/** What was written. */
interface Generated {
  out: string;
  kind: 'pairs' | 'recordio' | 'image-folder';
  images: number;
  identities: number;
  pairs?: number;
}

export const generate: Action = {
  name: 'generate',
  summary: 'draw faces of invented people, for trials and tests',
  define: (command) =>
    command
      .requiredOption('--out <place>', 'a folder for identity/photo.jpg, a .rec training set, or a .bin of pairs')
      .option('--identities <n>', 'number of people', wholeNumber(2), 200)
      .option('--images <n>', 'images per person (not for .bin)', wholeNumber(1), 20)
      .option(
        '--pairs <n>',
        'only for .bin: number of pairs, half of one person; these people are in no generated training set',
        wholeNumber(1),
        1000,
      )
      .option('--seed <n>', 'seed; another seed gives other people', wholeNumber(0), 0)
      .option('--size <pixels>', 'side of the square crops', wholeNumber(8, 2048), 112)
      .action(run),
};

async function run(options: Options): Promise<void> {
  const write = options.out.endsWith('.bin') ? writeBin : options.out.endsWith('.rec') ? writeRec : writeFolder;
  const written = await write(options);
  printResult(options, written, () =>
    facts([
      ['written', written.out],
      ...(written.pairs === undefined ? [] : [['pairs', grouped(written.pairs)] as const]),
      ['images', grouped(written.images)],
      ['identities', grouped(written.identities)],
    ]),
  );
}

async function writeBin({ out, identities, pairs, seed, size }: Options): Promise<Generated> {
  const { generatedPairs, writePairs } = await import('@pocketnet/data');
  const set = generatedPairs({ identities, pairs, seed, size });
  writePairs(out, set);
  return { out, kind: 'pairs', images: set.images.length, identities, pairs };
}

async function writeRec(options: Options): Promise<Generated> {
  const { writeFaces } = await import('@pocketnet/data');
  const { out, size } = options;
  const source = await open(options);
  const faces = Array.from({ length: source.length }, (_, i) => ({
    identity: source.label(i),
    image: () => source.read(i),
  }));
  const written = await showing('generate', 'images', (onProgress) =>
    writeFaces(out, faces, { width: size, height: size, onProgress }),
  );
  return { out, kind: 'recordio', ...written };
}

async function writeFolder(options: Options): Promise<Generated> {
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { out, identities, images } = options;
  const source = await open(options);
  await showing('generate', 'images', (onProgress) => {
    for (let i = 0; i < source.length; i++) {
      const person = join(out, `person_${numbered(source.label(i), identities)}`);
      mkdirSync(person, { recursive: true });
      writeFileAtomic(join(person, `${numbered(i % images, images)}.jpg`), source.read(i));
      onProgress(i + 1, source.length);
    }
  });
  return { out, kind: 'image-folder', images: source.length, identities };
}

async function open({ identities, images, seed, size }: Options): Promise<FaceSource> {
  const { openSource } = await import('@pocketnet/data');
  return openSource(`generated:identities=${identities},images=${images},seed=${seed},size=${size}`);
}

/** Zero-padded, so that names sort like numbers. */
const numbered = (i: number, count: number): string => String(i).padStart(String(count - 1).length, '0');
