import { availableParallelism } from 'node:os';
import { crc32c, npyHeader } from '@pocketnet/files';
import { writeAtomically } from '@pocketnet/files/node';
import { InvalidArgumentError } from 'commander';
import type { Journal, Pool } from '../../batch/index.js';
import type { Box } from '../../detect/index.js';
import type { PocketNet } from '../../pocketnet.js';
import { reasonsAgainst } from '../../quality/index.js';
import { fileEnding, wholeNumber } from '../arguments.js';
import { interruptible } from '../interrupt.js';
import { type ModelOptions, modelOptions, modelsOf } from '../opening.js';
import { facts, grouped, noteSome, printResult } from '../output.js';
import { type Problem, problemOf } from '../problems.js';
import type { AppTask } from '../tasks.js';
import type { Verb } from '../verb.js';

interface Options extends ModelOptions {
  out: string;
  faces: 'first' | 'all';
  aligned?: boolean;
  gate?: boolean;
  workers: number;
}

export const embed: Verb<AppTask> = {
  name: 'embed',
  task: 'faces',
  summary: 'make templates of the faces in photos, as a matrix',
  define: (command) =>
    modelOptions(command)
      .argument('<photos...>', 'photos, or folders of photos')
      .requiredOption(
        '--out <file.npy>',
        'a row of float32 for every face; NAME.names.jsonl beside it says whose',
        fileEnding('.npy'),
      )
      .option('--faces <which>', 'of each photo the first, whom it shows; or all', oneOf('first', 'all'), 'first')
      .option('--gate', 'leave out faces that are too small, blurred, dark, turned or cut off to be recognised')
      .option('--aligned', 'the pictures are crops of 112x112 already, aligned to the ArcFace template')
      .option('--workers <count>', 'how many to look at at a time', wholeNumber(1, 256), availableParallelism())
      .addHelpText('after', '\nA run that was killed goes on where it was: call it again with the same options.')
      .action(run),
};

const oneOf =
  <T extends string>(...known: readonly T[]) =>
  (text: string): T => {
    const found = known.find((each) => each === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be ${known.join(' or ')}.`);
    return found;
  };

/** One face of a photo. */
interface Embedded {
  /** Which of the photo's faces, by prominence. */
  readonly face: number;
  readonly box: Box | null;
  readonly score: number | null;
  /** The template's float32 numbers, in base64. */
  readonly vector: string;
}

/** What the journal keeps of a photo. */
interface Entry {
  readonly photo: number;
  readonly faces: readonly Embedded[];
  readonly problem?: Problem;
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { openPool, photosIn, withJournal } = await import('../../batch/index.js');
  const photos = photosIn(paths);
  const { engine, flip: mirror, out } = options;
  const pool = await openPool(Math.min(options.workers, photos.length), {
    ...(await modelsOf(options)),
    engine,
    mirror,
  });
  try {
    const { faces, gate = false, aligned = false, minFace = null } = options;
    const about = { embed: out, photos: digestOf(photos), model: pool.first.model, faces, gate, aligned, minFace };
    const places = new Map<number, number>();
    const keep = ({ photo }: Entry, index: number) => places.set(photo, index);
    const kept = `Stopped. What was embedded is kept in ${out}.journal: the same command goes on from there.`;
    const written = await interruptible(kept, () =>
      withJournal(`${out}.journal`, about, keep, async (journal) => {
        await embedAll(pool, photos, journal, places, options);
        return writeRows(out, photos, journal, places);
      }),
    );
    if (written.rows === 0) throw new Error(whyEmpty(photos.length, written));
    noteSome(written.problems.map(({ file, message }) => `${file}: ${message}`));
    const { problems, ...counts } = written;
    const names = namesBeside(out);
    printResult(options, { out, names, model: pool.first.model, ...counts, problems }, () =>
      facts([
        ['written', `${out}: ${grouped(counts.rows)} x ${counts.dimension}, float32; names in ${names}`],
        [
          'photos',
          `${grouped(photos.length)}, of which ${grouped(counts.without)} without such a face and ${problems.length} unreadable`,
        ],
        ['model', pool.first.model],
      ]),
    );
  } finally {
    pool.close();
  }
}

async function embedAll(
  pool: Pool,
  photos: readonly string[],
  journal: Journal<Entry>,
  places: Map<number, number>,
  options: Options,
): Promise<void> {
  const { startProgress } = await import('../../progress.js');
  const start = places.size;
  const progress = startProgress({ label: 'embed', unit: 'photos', total: photos.length, start });
  try {
    await pool.each(
      [...photos.keys()].filter((photo) => !places.has(photo)),
      (pocketnet, photo) => entryOf(pocketnet, photo, photos[photo] as string, options), // one of its keys
      (entry) => {
        places.set(entry.photo, journal.add(entry));
        progress.update(places.size);
      },
    );
  } finally {
    progress.finish();
  }
}

async function entryOf(pocketnet: PocketNet, photo: number, file: string, options: Options): Promise<Entry> {
  try {
    return {
      photo,
      faces: options.aligned ? [await ofCrop(pocketnet, file)] : await ofPhoto(pocketnet, file, options),
    };
  } catch (error) {
    return { photo, faces: [], problem: problemOf(file, error) };
  }
}

async function ofCrop(pocketnet: PocketNet, file: string): Promise<Embedded> {
  const { alreadyAligned, ImageError, readImage } = await import('../../node/index.js');
  const image = await readImage(file);
  if (image.width !== 112 || image.height !== 112)
    throw new ImageError('unsupported', `${file}: it is ${image.width}x${image.height}; an aligned crop is 112x112.`);
  const { vector } = await pocketnet.embed(alreadyAligned(image));
  return { face: 0, box: null, score: null, vector: base64(vector) };
}

async function ofPhoto(pocketnet: PocketNet, file: string, { faces, gate, minFace }: Options): Promise<Embedded[]> {
  const found = await pocketnet.detect(file, { ...(minFace !== undefined && { minFace }) });
  const embedded: Embedded[] = [];
  for (const [i, face] of (faces === 'all' ? found : found.slice(0, 1)).entries()) {
    if (gate && reasonsAgainst(face.quality).length > 0) continue;
    const { vector } = await pocketnet.embed(pocketnet.align(file, face));
    embedded.push({ face: i, box: face.box, score: face.score, vector: base64(vector) });
  }
  return embedded;
}

/** Both files at once, photo by photo in their order, whatever order they were embedded in. */
function writeRows(
  out: string,
  photos: readonly string[],
  journal: Journal<Entry>,
  places: ReadonlyMap<number, number>,
) {
  const problems: Problem[] = [];
  let [rows, without, dimension] = [0, 0, 0];
  const entries = function* (): Generator<Entry> {
    for (const photo of photos.keys()) yield journal.read(places.get(photo) as number); // all are there by now
  };
  for (const { faces, problem } of entries()) {
    rows += faces.length;
    if (problem) problems.push(problem);
    else if (faces.length === 0) without += 1;
    for (const { vector } of faces.slice(0, 1)) dimension = Buffer.byteLength(vector, 'base64') / 4;
  }
  if (rows === 0) return { rows, dimension, without, problems };
  writeAtomically([out, namesBeside(out)], (matrix, names) => {
    matrix?.write(npyHeader('float32', [rows, dimension]));
    for (const { photo, faces } of entries())
      for (const { vector, face, box, score } of faces) {
        matrix?.write(Buffer.from(vector, 'base64'));
        names?.write(Buffer.from(`${JSON.stringify({ file: photos[photo], face, box, score })}\n`));
      }
  });
  return { rows, dimension, without, problems };
}

function whyEmpty(photos: number, { problems, without }: { problems: readonly Problem[]; without: number }): string {
  const [first] = problems;
  const faceless = `${grouped(without)} without such a face (small ones are found with --min-face 20)`;
  const unread = first && `${grouped(problems.length)} unreadable (${first.file}: ${first.message})`;
  return `No template was made, and nothing was written. Photos: ${grouped(photos)}, of which ${[without > 0 && faceless, unread].filter(Boolean).join(', ')}.`;
}

const namesBeside = (out: string): string => out.replace(/\.npy$/i, '.names.jsonl');

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

const digestOf = (photos: readonly string[]): string =>
  `${photos.length} ${(crc32c(Buffer.from(photos.join('\n'))) >>> 0).toString(16)}`;
