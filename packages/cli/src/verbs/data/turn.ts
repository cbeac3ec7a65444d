import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture, Turn } from '@pocketnet/data';
import { fileEnding, numberBetween, numbersBetween, wholeNumber } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import { type Action, type CommonOptions, UsageError } from '../../verb.js';

interface Options extends CommonOptions {
  yaw: readonly [number, ...number[]];
  pitch: number;
  border: number;
  out?: string;
  sheet?: string;
  rows: number;
}

type Turns = readonly [Turn, ...Turn[]];

/** Crops to turn, and how the turned ones are written. */
interface Crops {
  readonly length: number;
  picture(index: number): Promise<Picture>;
  write(turns: Turns, out: string): Promise<void>;
}

export const turn: Action = {
  name: 'turn',
  summary: 'turn the heads of aligned crops sideways, by a mean head',
  define: (command) =>
    command
      .argument('<location>', "aligned crops, such as 'faces/train?heldOut=0.1', or a .bin of pairs")
      .requiredOption(
        '--yaw <degrees>',
        'positive turns to the right of the picture; several (-60,60) are used in rotation',
        numbersBetween(-85, 85),
      )
      .option('--pitch <degrees>', 'positive lifts the chin', numberBetween(-30, 30), 0)
      .option(
        '--border <share>',
        'share of the width at the edges that fills the area the head leaves free',
        numberBetween(0, 0.5),
        0,
      )
      .option(
        '--out <place>',
        'a folder (person/crop.jpg) or a .rec; for a .bin of pairs, a .bin with the second pictures turned',
      )
      .option('--sheet <picture>', 'a contact sheet: some crops, unturned and at every yaw', fileEnding('.png', '.jpg'))
      .option('--rows <n>', 'crops on the sheet', wholeNumber(1, 64), 8)
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { out, sheet, yaw, pitch, border, rows } = options;
  if (out === undefined && sheet === undefined) throw new UsageError('Say what to write: --out, --sheet or both.');
  const ofPairs = location.endsWith('.bin');
  if (out !== undefined && ofPairs !== out.endsWith('.bin')) {
    throw new UsageError('Turned pairs of a .bin go to a .bin; other crops go to a folder or a .rec.');
  }
  const [first, ...others] = yaw;
  const by = (degrees: number): Turn => ({ yaw: degrees, pitch, border });
  const turns: Turns = [by(first), ...others.map(by)];
  const crops = ofPairs ? await openPairs(location) : await openFaces(location);
  if (sheet !== undefined) await writeSheet(crops, turns, sheet, rows);
  if (out !== undefined) await crops.write(turns, out);
  printResult(options, { ...(out && { out }), ...(sheet && { sheet }), images: crops.length, turns }, () =>
    facts([
      ['written', [out, sheet].filter(Boolean).join(', ')],
      ['images', `${grouped(crops.length)}${ofPairs ? ', every second one turned' : ''}`],
      ['yaw', `${yaw.join(', ')} degrees`],
    ]),
  );
}

async function openPairs(path: string): Promise<Crops> {
  const { decodePicture, readPairs, turnPairs, writePairs } = await import('@pocketnet/data');
  const pairs = readPairs(path);
  return {
    length: pairs.images.length,
    picture: (record) => decodePicture(pairs.images[record] ?? new Uint8Array(), { file: path, record }),
    write: async (turns, out) => writePairs(out, await turnPairs(pairs, turns, path)),
  };
}

async function openFaces(location: string): Promise<Crops> {
  const { encodeJpegSync, openSource, pictureOf, turnPicture } = await import('@pocketnet/data');
  const source = openSource(location);
  const picture = (index: number): Promise<Picture> => pictureOf(source, index);
  return {
    length: source.length,
    picture,
    write: (turns, out) =>
      showing('turn', 'images', async (onProgress) => {
        const faces: TurnedFace[] = [];
        for (let i = 0; i < source.length; i++) {
          const turned = turnPicture(await picture(i), turns[i % turns.length] ?? turns[0]);
          const { width, height } = turned;
          faces.push({ identity: Math.max(0, source.label(i)), image: encodeJpegSync(turned, QUALITY), width, height });
          onProgress(i + 1, source.length);
        }
        await (out.endsWith('.rec') ? writeRec : writeFolder)(out, faces);
      }),
  };
}

/** JPEG quality, the same as in `data align`. */
const QUALITY = 95;

/** An encoded crop, its identity (0 if unknown) and its size. */
interface TurnedFace {
  identity: number;
  image: Uint8Array;
  width: number;
  height: number;
}

async function writeRec(out: string, faces: readonly TurnedFace[]): Promise<void> {
  const { writeFaces } = await import('@pocketnet/data');
  writeFaces(out, faces, faces[0]);
}

async function writeFolder(out: string, faces: readonly TurnedFace[]): Promise<void> {
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  for (const [i, { identity, image }] of faces.entries()) {
    const person = join(out, `person_${identity}`);
    mkdirSync(person, { recursive: true });
    writeFileAtomic(join(person, `${i}.jpg`), image);
  }
}

async function writeSheet(crops: Crops, turns: Turns, path: string, rows: number): Promise<void> {
  const { encodeJpeg, encodePng, turnSheet } = await import('@pocketnet/data');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const count = Math.min(rows, crops.length);
  const chosen = Array.from({ length: count }, (_, row) => crops.picture(Math.floor((row * crops.length) / count)));
  const sheet = turnSheet(await Promise.all(chosen), turns);
  writeFileAtomic(path, await (path.toLowerCase().endsWith('.png') ? encodePng(sheet) : encodeJpeg(sheet)));
}
