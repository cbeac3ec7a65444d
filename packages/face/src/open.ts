import type { Image } from './align/image.js';
import type { DetectFunction } from './detect/index.js';
import { type ImageKind, imageKinds, type ReadLimits, readImage as readAny } from './images/index.js';
import type { Engine } from './models/engine.js';
import { installedModel } from './models/installed.js';
import { bytesOf, type ModelBytes } from './models/model.js';
import { type PocketNet, pocketNetOver } from './pocketnet.js';
import { type AnyWorker, pipelineIn } from './worker/client.js';

/** A model's bytes, or a promise of them. */
export type Model = ModelBytes | PromiseLike<ModelBytes>;

export interface PocketNetOptions {
  /** YuNet's plan, or a function that finds faces; in Node the installed one unless said. */
  readonly detector?: Model | DetectFunction;
  /** The plan of a face network; in Node the installed PocketNetS-128 unless said. */
  readonly embedder?: Model;
  /**
   * What computes; `fastest` unless said: in Node natively, where `@pocketnet/engine-native` is installed, else WebAssembly. With `strict`,
   * the same pixels give the same template, bit for bit, wherever it runs.
   */
  readonly engine?: Engine;
  /**
   * Whether the mirror image of a face is embedded too, and both are summed: true unless said, since the models are calibrated so. Without it
   * a template takes half the time, is of another model, and is not calibrated unless the model was for that.
   */
  readonly mirror?: boolean;
  /** Makes a worker to compute in, so that the page stays free: `() => new Worker(new URL('pocketnet/worker', import.meta.url), { type: 'module' })`. */
  readonly worker?: () => AnyWorker;
  /** Most pixels of an encoded picture; a hundred million unless said. */
  readonly maxPixels?: number;
}

/**
 * Opens a detector and a face network.
 *
 * @throws an Error that says which of them is missing or wrong, and what to do
 */
export const openPocketNet = (options: PocketNetOptions = {}): Promise<PocketNet> => openWith(options, imageKinds);

/**
 * The pixels of a picture of any kind, as `detect` sees them: to look at them, or to use them twice.
 *
 * @throws ImageError that says what is wrong with the picture
 */
export const readImage = (image: unknown, limits: Partial<ReadLimits> = {}): Promise<Image> =>
  readAny(image, imageKinds, limits);

/** Opens for pictures of these kinds; a worker knows its own. */
export async function openWith(options: PocketNetOptions, kinds: readonly ImageKind[]): Promise<PocketNet> {
  const { engine = 'fastest', mirror = true, worker, maxPixels } = options;
  const [detector, embedder] = await Promise.all([
    typeof options.detector === 'function'
      ? options.detector
      : (options.detector ?? installedModel('yunet', 'detector')),
    options.embedder ?? installedModel('pocketnet-s-128', 'embedder'),
  ]);
  const limits: Partial<ReadLimits> = maxPixels === undefined ? {} : { maxPixels };
  if (!worker) {
    // The engine is loaded only where it computes: a page with a worker does without.
    const { pipelineHere } = await import('./pipeline/here.js');
    return pocketNetOver(await pipelineHere({ detector, embedder, engine, mirror, limits }, kinds));
  }
  if (typeof detector === 'function' || typeof engine === 'function')
    throw new Error(
      'A function cannot be sent to a worker: leave out `worker`, or give the detector as a plan and the engine by name.',
    );
  const sent = {
    detector: bytesOf(detector),
    embedder: bytesOf(embedder),
    strict: engine === 'strict',
    mirror,
    limits,
  };
  return pocketNetOver(await pipelineIn(worker(), sent));
}
