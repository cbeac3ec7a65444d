import type { Image } from '../align/image.js';
import type { FaceDetector } from '../face-detector.js';
import { type ReadLimits, readImage as readAny } from '../images/index.js';
import { type FaceDetectorOptions, openDetectorWith, openWith, type PocketNetOptions } from '../open.js';
import type { PocketNet } from '../pocketnet.js';
import { nodeKinds } from './kinds.js';

export * from '../index.js';

/** Like `openPocketNet` of `pocketnet`; its images may also be files and the bytes of files, which `sharp` decodes. */
export const openPocketNet = (options: PocketNetOptions = {}): Promise<PocketNet> => openWith(options, nodeKinds);

/** Like `openFaceDetector` of `pocketnet`, for the same images. */
export const openFaceDetector = (options: FaceDetectorOptions = {}): Promise<FaceDetector> =>
  openDetectorWith(options, nodeKinds);

/** The pixels of a picture: of a file, of its bytes, or of anything else that `detect` takes. @throws ImageError */
export const readImage = (image: unknown, limits: Partial<ReadLimits> = {}): Promise<Image> =>
  readAny(image, nodeKinds, limits);
