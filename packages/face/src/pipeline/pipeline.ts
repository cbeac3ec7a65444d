import type { ModelCalibration } from '../compare/index.js';
import type { Detection, DetectOptions } from '../detect/index.js';
import type { AlignedFace } from '../embed/index.js';
import type { Pose, Quality } from '../quality/index.js';
import type { Template } from '../template.js';

/** A face of a photo, and what it is worth. */
export interface Face extends Detection {
  readonly pose: Pose;
  readonly quality: readonly Quality[];
}

/** A face with its crop. */
export interface FoundFace {
  readonly face: Face;
  readonly crop: AlignedFace;
}

/** What is known of the model that is open. */
export interface ModelFacts {
  /** What its templates carry. */
  readonly model: string;
  readonly calibration: ModelCalibration | undefined;
  /** What a plan says of itself: network, licence, card. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Finds faces: here, or in a worker. It needs no face network. */
export interface Finder {
  /** @param image of any kind that this finder reads */
  detect(image: unknown, options?: DetectOptions): Promise<FoundFace[]>;
  close(): void;
}

/** The part of the work that takes time: here, or in a worker. */
export interface Pipeline extends Finder, ModelFacts {
  embed(crop: AlignedFace): Promise<Template>;
}
