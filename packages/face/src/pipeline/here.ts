import { readPlanMetadata } from '@pocketnet/engine';
import type { Image } from '../align/image.js';
import { type ModelCalibration, readCalibration } from '../compare/index.js';
import { type DetectFunction, type Detection, type Detector, detectorOf, yunet } from '../detect/index.js';
import { cropFace, type Embedder, openEmbedder } from '../embed/index.js';
import { type ImageKind, type ReadLimits, readImage } from '../images/index.js';
import { type Engine, openerOf } from '../models/engine.js';
import { poseOf, qualityOf } from '../quality/index.js';
import type { Finder, FoundFace, Pipeline } from './pipeline.js';

export interface FinderOptions {
  readonly detector: Uint8Array | DetectFunction;
  readonly engine: Engine;
  readonly limits: Partial<ReadLimits>;
}

export interface PipelineOptions extends FinderOptions {
  readonly embedder: Uint8Array;
  /** Whether the mirror image is embedded too, and both are summed. */
  readonly mirror: boolean;
}

/** Opens the detector on this thread. @throws an Error that says how it is wrong */
export async function finderHere(
  { detector: given, engine, limits }: FinderOptions,
  kinds: readonly ImageKind[],
): Promise<Finder> {
  const open = await openerOf(engine);
  const detector: Detector = typeof given === 'function' ? detectorOf(given) : yunet(given, open);
  return {
    async detect(image, options) {
      const photo = await readImage(image, kinds, limits);
      const faces = await detector.detect(photo, options);
      return faces.map((face) => judged(face, faces, photo));
    },
    close: () => detector.close(),
  };
}

/** Opens both networks on this thread. @throws an Error that says which of them is wrong, and how */
export async function pipelineHere(options: PipelineOptions, kinds: readonly ImageKind[]): Promise<Pipeline> {
  const { embedder: bytes, engine, mirror } = options;
  const finder = await finderHere(options, kinds);
  const { model: metadata } = readPlanMetadata(bytes, 'the embedder');
  const embedder = await openEmbedder(bytes, await openerOf(engine), mirror);
  const calibration = calibrationOf(metadata, embedder);
  return {
    ...{ model: embedder.model, metadata },
    calibration: calibration?.mirrored === mirror ? calibration : undefined,
    detect: finder.detect,
    embed: async (crop) => embedder.embed(crop),
    close() {
      finder.close();
      embedder.close();
    },
  };
}

/** @throws an Error where it is damaged; the embedder is closed then */
function calibrationOf(metadata: Readonly<Record<string, string>>, embedder: Embedder): ModelCalibration | undefined {
  try {
    return readCalibration(metadata, embedder.arithmetic);
  } catch (cause) {
    embedder.close();
    throw cause;
  }
}

function judged(face: Detection, faces: readonly Detection[], photo: Image): FoundFace {
  const crop = cropFace(photo, face.points);
  return { face: { ...face, pose: poseOf(face.points), quality: qualityOf({ face, faces, photo, crop }) }, crop };
}
