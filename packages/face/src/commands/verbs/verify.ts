import { extname } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { Option } from 'commander';
import type { Image } from '../../align/image.js';
import type { Comparison, MatchVerdict } from '../../compare/index.js';
import type { AlignedFace } from '../../embed/index.js';
import type { Face } from '../../pipeline/pipeline.js';
import type { PocketNet } from '../../pocketnet.js';
import { fileEnding, numberBetween, wholeNumber } from '../arguments.js';
import { type ModelOptions, modelOptions, modelsOf } from '../opening.js';
import { facts, printResult } from '../output.js';
import type { AppTask } from '../tasks.js';
import { UsageError, type Verb } from '../verb.js';
import { describeFace } from '../words.js';

interface Options extends ModelOptions {
  aligned?: boolean;
  show?: string;
  oneIn?: number;
  threshold?: number;
}

export const verify: Verb<AppTask> = {
  name: 'verify',
  task: 'faces',
  summary: 'decide whether two photos show the same person',
  define: (command) =>
    modelOptions(command)
      .argument('<first>', 'a photo: JPEG, PNG, WebP, AVIF, TIFF or GIF')
      .argument('<second>', 'another')
      .option(
        '--show <picture>',
        'draw what the network saw: both photos with their faces, and the crops',
        fileEnding('.jpg', '.jpeg', '.png', '.webp'),
      )
      .option('--aligned', 'the pictures are crops of 112x112 already, aligned to the ArcFace template')
      .option(
        '--one-in <strangers>',
        'the same person only where one stranger in so many, or fewer, looks as alike; 1000 unless said',
        wholeNumber(2),
      )
      .addOption(
        new Option('--threshold <cosine>', 'the same person from this cosine on, whatever the calibration')
          .argParser(numberBetween(-1, 1))
          .conflicts('oneIn'),
      )
      .addHelpText(
        'after',
        '\nOf several faces it takes the one whom the photo shows first: large, sure, in the middle.',
      )
      .action(run),
};

/** One of the two photos, as far as it is known. */
interface Seen {
  readonly path: string;
  readonly photo: Image;
  /** None where the picture was aligned already. */
  readonly faces: readonly Face[];
  readonly crop: AlignedFace;
}

async function run(first: string, second: string, options: Options): Promise<void> {
  const { openPocketNet } = await import('../../node/index.js');
  const { engine, flip } = options;
  const pocketnet = await openPocketNet({ ...(await modelsOf(options)), engine, mirror: flip });
  try {
    const seen = [await see(pocketnet, first, options), await see(pocketnet, second, options)] as const;
    const [a, b] = [await pocketnet.embed(seen[0].crop), await pocketnet.embed(seen[1].crop)];
    const judged = judge(pocketnet, pocketnet.compare(a, b, strictnessOf(options)), options);
    if (options.show !== undefined) await show(options.show, seen, judged.verdict);
    const result = {
      same: judged.verdict === 'same',
      ...judged,
      /** Squared Euclidean of the unit vectors, 0 … 4, as the protocols count. */
      distance: 2 - 2 * judged.cosine,
      model: pocketnet.model,
      flip,
      images: seen.map(({ path, faces }) => ({ path, faces: faces.length, face: faces[0] ?? null })),
    };
    printResult(options, result, () =>
      facts([
        ...seen.map(({ path, faces }): [string, string] => [path, describeFace(faces)]),
        ['cosine', judged.cosine.toFixed(4)],
        ...(judged.threshold === null ? [] : [['threshold', judged.threshold.toFixed(4)] as const]),
        ['verdict', judged.sentence],
        ...(options.show === undefined ? [] : [['drawn', options.show] as const]),
      ]),
    );
  } finally {
    pocketnet.close();
  }
}

async function see(pocketnet: PocketNet, path: string, { aligned, minFace }: Options): Promise<Seen> {
  const { alreadyAligned, readImage } = await import('../../node/index.js');
  const photo = await readImage(path);
  if (aligned) {
    if (photo.width !== 112 || photo.height !== 112)
      throw new UsageError(
        `${path} is ${photo.width}x${photo.height}; an aligned crop is 112x112. Leave out --aligned.`,
      );
    return { path, photo, faces: [], crop: alreadyAligned(photo) };
  }
  const faces = await pocketnet.detect(photo, { ...(minFace !== undefined && { minFace }) });
  const [face] = faces;
  if (face) return { path, photo, faces, crop: pocketnet.align(photo, face) };
  const remedy =
    photo.width === 112 && photo.height === 112
      ? 'If it is an aligned crop, add --aligned.'
      : 'If it shows small faces, add --min-face 20.';
  throw new Error(`${path}: no face was found. ${remedy}`);
}

const strictnessOf = ({ oneIn }: Options) =>
  oneIn === undefined ? undefined : { usual: Math.min(100, oneIn), strict: oneIn };

/** The verdict by the calibration, or by the threshold that was given. */
function judge(pocketnet: PocketNet, comparison: Comparison, { threshold, oneIn }: Options) {
  const { cosine, oneIn: strangers = null, supported } = comparison;
  const calibrated = pocketnet.rates !== undefined;
  if (threshold === undefined) {
    const strict = calibrated ? pocketnet.thresholds(strictnessOf({ oneIn } as Options)).strict : null;
    return { ...comparison, oneIn: strangers, threshold: strict, calibrated };
  }
  const verdict: MatchVerdict = cosine >= threshold ? 'same' : 'different';
  const sentence = verdict === 'same' ? 'The same person, by your threshold.' : 'Different people, by your threshold.';
  return { cosine, oneIn: strangers, supported, verdict, sentence, threshold, calibrated: false };
}

async function show(out: string, [a, b]: readonly [Seen, Seen], verdict: MatchVerdict): Promise<void> {
  const { drawComparison } = await import('../../drawing/index.js');
  const side = ({ photo, faces, crop }: Seen) => ({
    ...{ photo, crop },
    faces: faces.map((face, i) => ({ ...face, chosen: i === 0 })),
  });
  const format = extname(out).slice(1).toLowerCase().replace('jpg', 'jpeg');
  writeFileAtomic(out, await drawComparison([side(a), side(b)], verdict, format));
}
