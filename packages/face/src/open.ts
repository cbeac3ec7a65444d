import type { Image } from './align/image.js';
import type { DetectFunction } from './detect/index.js';
import { type FaceDetector, faceDetectorOver } from './face-detector.js';
import { type ImageKind, imageKinds, type ReadLimits, readImage as readAny } from './images/index.js';
import type { Engine } from './models/engine.js';
import { installedModel } from './models/installed.js';
import { type ModelBytes, planBytes } from './models/model.js';
import { type PocketNet, pocketNetOver } from './pocketnet.js';
import { type AnyWorker, finderIn, pipelineIn } from './worker/client.js';

/** A model's bytes, or a promise of them. */
export type Model = ModelBytes | PromiseLike<ModelBytes>;

export interface FaceDetectorOptions {
  /** YuNet's plan, or a function that finds faces; in Node the installed one unless said. */
  readonly detector?: Model | DetectFunction;
  /**
   * What computes; `fastest` unless said: in Node natively, where `@pocketnet/engine-native` is installed, else WebAssembly. With `strict`,
   * the same pixels give the same template, bit for bit, wherever it runs.
   */
  readonly engine?: Engine;
  /** Makes a worker to compute in, so that the page stays free: `() => new Worker(new URL('pocketnet/worker', import.meta.url), { type: 'module' })`. */
  readonly worker?: () => AnyWorker;
  /** Most pixels of an encoded picture; a hundred million unless said. */
  readonly maxPixels?: number;
}

export interface PocketNetOptions extends FaceDetectorOptions {
  /** The plan of a face network; in Node the installed PocketNetS-128 unless said. */
  readonly embedder?: Model;
  /**
   * Whether the mirror image of a face is embedded too, and both are summed: true unless said, since the models are calibrated so. Without it
   * a template takes half the time, is of another model, and is not calibrated unless the model was for that.
   */
  readonly mirror?: boolean;
}

/**
 * Opens a detector and a face network.
 *
 * @throws an Error that says which of them is missing or wrong, and what to do
 */
export const openPocketNet = (options: PocketNetOptions = {}): Promise<PocketNet> => openWith(options, imageKinds);

/**
 * Opens a detector alone, for those who want boxes and points and no templates: the face network is neither asked for nor loaded.
 *
 * @throws an Error that says what is wrong with it, and what to do
 */
export const openFaceDetector = (options: FaceDetectorOptions = {}): Promise<FaceDetector> =>
  openDetectorWith(options, imageKinds);

/**
 * The pixels of a picture of any kind, as `detect` sees them: to look at them, or to use them twice.
 *
 * @throws ImageError that says what is wrong with the picture
 */
export const readImage = (image: unknown, limits: Partial<ReadLimits> = {}): Promise<Image> =>
  readAny(image, imageKinds, limits);

/** Opens both for pictures of these kinds; a worker knows its own. */
export async function openWith(options: PocketNetOptions, kinds: readonly ImageKind[]): Promise<PocketNet> {
  checkNames(options, [...FINDER, 'embedder', 'mirror']);
  const [found, embedder] = await Promise.all([
    finderOptions(options),
    Promise.resolve(options.embedder ?? installedModel('pocketnet-s-128', 'embedder')),
  ]);
  const both = { ...found, embedder: planBytes(embedder, 'embedder'), mirror: options.mirror ?? true };
  const { worker } = options;
  if (worker) return pocketNetOver(await pipelineIn(worker(), sendable(both)));
  // The engine is loaded only where it computes: a page with a worker does without.
  const { pipelineHere } = await import('./pipeline/here.js');
  return pocketNetOver(await pipelineHere(both, kinds));
}

/** Opens the detector for pictures of these kinds. */
export async function openDetectorWith(
  options: FaceDetectorOptions,
  kinds: readonly ImageKind[],
): Promise<FaceDetector> {
  checkNames(options, FINDER);
  const found = await finderOptions(options);
  const { worker } = options;
  if (worker) return faceDetectorOver(await finderIn(worker(), sendable(found)));
  const { finderHere } = await import('./pipeline/here.js');
  return faceDetectorOver(await finderHere(found, kinds));
}

const FINDER = ['detector', 'engine', 'worker', 'maxPixels'];

/** A name that is not known would be passed over, and another network taken than was meant. */
function checkNames(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`There is no option "${unknown}"; there are ${known.join(', ')}. Check its name.`);
}

async function finderOptions({ detector, engine = 'fastest', maxPixels }: FaceDetectorOptions) {
  if (typeof engine !== 'function' && engine !== 'fastest' && engine !== 'strict')
    throw new TypeError(`There is no engine "${engine}". Give 'fastest', 'strict', or a function that opens plans.`);
  const limits: Partial<ReadLimits> = maxPixels === undefined ? {} : { maxPixels };
  if (typeof detector === 'function') return { detector, engine, limits };
  const bytes = await (detector ?? installedModel('yunet', 'detector'));
  return { detector: planBytes(bytes, 'detector'), engine, limits };
}

/** The options as a worker takes them. @throws an Error where one of them is a function */
function sendable<T extends Awaited<ReturnType<typeof finderOptions>>>({ detector, engine, ...others }: T) {
  if (typeof detector === 'function' || typeof engine === 'function')
    throw new Error(
      'A function cannot be sent to a worker: leave out `worker`, or give the detector as a plan and the engine by name.',
    );
  return { ...others, detector, strict: engine === 'strict' };
}
