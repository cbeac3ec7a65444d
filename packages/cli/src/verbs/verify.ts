import { readFileSync } from 'node:fs';
import type { Embedder } from '@pocketnet/lab/embedders';
import { numberBetween } from '../arguments.js';
import { type ModelOptions, modelOptions, openingOptions } from '../model-options.js';
import { checkNetwork } from '../networks.js';
import { facts, note, printResult } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions, ModelOptions {
  model?: string;
  threshold?: number;
  flip: boolean;
}

/** Common for networks trained with an angular margin; not calibrated for any particular model. */
const uncalibratedThreshold = 0.3;

export const verify: Verb = {
  name: 'verify',
  task: 'ship',
  summary: 'decide whether two aligned face crops show the same person',
  define: (command) =>
    modelOptions(command)
      .argument('<first>', 'a crop aligned to the ArcFace template: JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP, square')
      .argument('<second>', 'another')
      .option(
        '--model <file>',
        'an ONNX model, a plan or weights (safetensors or torch.save); by default the released network',
      )
      .option(
        '--threshold <cosine>',
        `same person from this cosine on; by default the card's threshold, or ${uncalibratedThreshold} (common, uncalibrated) without a card`,
        numberBetween(-1, 1),
      )
      .option('--no-flip', 'embed the crop alone, without its mirror image')
      .addHelpText('after', '\nFaces are neither detected nor aligned yet: give aligned crops.')
      .action(run),
};

async function run(first: string, second: string, options: Options): Promise<void> {
  const model = options.model ?? (await released());
  await checkNetwork(options.network);
  const { openEmbedder } = await import('@pocketnet/lab/embedders');
  const { flip } = options;
  const embedder = await openEmbedder(model, { ...openingOptions(options), runtime: 'usual-engine' });
  try {
    const a = await unitEmbedding(embedder, first, options);
    const b = await unitEmbedding(embedder, second, options);
    await warnOfLikeness(embedder, first, options);
    const cosine = a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
    const { threshold, calibrated, origin } = await thresholdFor(model, options);
    const result = {
      same: cosine >= threshold,
      cosine,
      /** Squared Euclidean of the unit vectors, 0 … 4, as the protocols count. */
      distance: 2 - 2 * cosine,
      threshold,
      calibrated,
      flip,
      model,
      images: [first, second],
    };
    printResult(options, result, () => text(result, origin));
  } finally {
    await embedder.close();
  }
}

/** The released network's file; prints its licence. */
async function released(): Promise<string> {
  const { licenceLine, usualReleased } = await import('../released.js');
  const found = await usualReleased();
  if (!found) throw new UsageError('No released network was found. Name a model with --model.');
  note(licenceLine(found));
  return found.path;
}

interface Threshold {
  threshold: number;
  calibrated: boolean;
  origin: string;
}

async function thresholdFor(model: string, { threshold: given, flip }: Options): Promise<Threshold> {
  if (given !== undefined) return { threshold: given, calibrated: false, origin: '' };
  const [{ cardOf }, { usualFmr, usualThreshold }] = await Promise.all([
    import('../released.js'),
    import('@pocketnet/lab/card'),
  ]);
  const card = await cardOf(model);
  const threshold = card && usualThreshold(card);
  const other = card?.calibrations[0];
  const ofOther = card && other && usualThreshold({ ...card, file: other.file });
  if (threshold === undefined && ofOther !== undefined)
    return { threshold: ofOther, calibrated: false, origin: ` (from its card, calibrated for ${other?.file})` };
  if (threshold !== undefined)
    return flip
      ? { threshold, calibrated: true, origin: ` (from its card: one in ${1 / usualFmr} pairs of strangers passes)` }
      : { threshold, calibrated: false, origin: ' (from its card, calibrated for image plus mirror image)' };
  const origin = ' (default, uncalibrated: find one with pocketnet calibrate)';
  return { threshold: uncalibratedThreshold, calibrated: false, origin };
}

/** Warns if the model gives nearly equal embeddings to a face and to the same pixels inverted and reversed, which show no face. */
async function warnOfLikeness(embedder: Embedder, path: string, { channels }: Options): Promise<void> {
  const { areNearlyEqual, likenessText } = await import('@pocketnet/lab/embedders');
  const face = await pixelsOf(embedder, path, channels, () => {});
  const none = face.toReversed().map((value) => -value);
  if (areNearlyEqual(await embedder.embed(face, 1), await embedder.embed(none, 1)))
    note(likenessText(`${path} and a picture without a face get nearly equal embeddings`));
}

/** A crop as the embedder's input. */
async function pixelsOf(
  { size }: Embedder,
  path: string,
  channels: Options['channels'],
  say: (text: string) => void,
): Promise<Float32Array> {
  const { decodePicture, pictureToFloats, squared } = await import('@pocketnet/data');
  const { swapRedAndBlue } = await import('@pocketnet/lab/embedders');
  const picture = await decodePicture(readFileSync(path), { file: path });
  if (picture.width !== picture.height) {
    say(
      `${path} is ${picture.width}x${picture.height}, not square. It is probably not an aligned crop; do not rely on the verdict.`,
    );
  }
  const floats = new Float32Array(size * size * 3);
  pictureToFloats(squared(picture, size), floats);
  if (channels === 'bgr') swapRedAndBlue(floats);
  return floats;
}

/** Embedding of the crop, plus that of its mirror image if `flip`, at unit length. */
async function unitEmbedding(embedder: Embedder, path: string, { flip, channels }: Options): Promise<Float64Array> {
  const { mirrored } = await import('@pocketnet/lab/embedders');
  const floats = await pixelsOf(embedder, path, channels, note);
  const sum = Float64Array.from(await embedder.embed(floats, 1));
  if (flip)
    for (const [i, value] of (await embedder.embed(mirrored(floats, 1, embedder.size), 1)).entries())
      sum[i] = (sum[i] ?? 0) + value;
  const norm = Math.hypot(...sum);
  if (!(norm > 0 && Number.isFinite(norm)))
    throw new Error(`${path}: the embedding has no direction (its norm is ${norm}). Check the model and the picture.`);
  return sum.map((value) => value / norm);
}

function text(result: { same: boolean; cosine: number; distance: number; threshold: number }, origin: string): string {
  return facts([
    ['cosine', result.cosine.toFixed(4)],
    ['distance', `${result.distance.toFixed(4)} (squared, of unit vectors)`],
    ['threshold', `${Number(result.threshold.toFixed(4))}${origin}`],
    ['verdict', result.same ? 'the same person' : 'different people'],
  ]);
}
