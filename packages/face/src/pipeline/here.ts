import { readPlanMetadata } from '@pocketnet/engine';
import type { Image } from '../align/image.js';
import { type ModelCalibration, readCalibration } from '../compare/index.js';
import { type DetectFunction, type Detection, type Detector, detectorOf, yunet } from '../detect/index.js';
import { cropFace, type Embedder, openEmbedder } from '../embed/index.js';
import { type ImageKind, type ReadLimits, readImage } from '../images/index.js';
import { type Engine, openerOf } from '../models/engine.js';
import { bytesOf, isBytes, type ModelBytes } from '../models/model.js';
import { poseOf, qualityOf } from '../quality/index.js';
import type { FoundFace, Pipeline } from './pipeline.js';

export interface PipelineOptions {
  readonly detector: ModelBytes | DetectFunction;
  readonly embedder: ModelBytes;
  readonly engine: Engine;
  /** Whether the mirror image is embedded too, and both are summed. */
  readonly mirror: boolean;
  readonly limits: Partial<ReadLimits>;
}

/** Opens both networks on this thread. @throws an Error that says which of them is wrong, and how */
export async function pipelineHere(options: PipelineOptions, kinds: readonly ImageKind[]): Promise<Pipeline> {
  const { engine, mirror, limits } = options;
  const open = await openerOf(engine);
  const detector: Detector = isBytes(options.detector)
    ? yunet(bytesOf(options.detector), open)
    : detectorOf(options.detector);
  const bytes = bytesOf(options.embedder);
  const { model: metadata } = readPlanMetadata(bytes, 'the embedder');
  const embedder = await openEmbedder(bytes, open, mirror);
  const calibration = calibrationOf(metadata, embedder);
  return {
    ...{ model: embedder.model, metadata },
    calibration: calibration?.mirrored === mirror ? calibration : undefined,
    async detect(image, detectOptions) {
      const photo = await readImage(image, kinds, limits);
      const faces = await detector.detect(photo, detectOptions);
      return faces.map((face) => judged(face, faces, photo));
    },
    embed: async (crop) => embedder.embed(crop),
    close() {
      detector.close();
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
