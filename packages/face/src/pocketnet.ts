import type { FiveLandmarks } from './align/point.js';
import {
  type Comparison,
  compareTemplates,
  type ModelRates,
  ratesOf,
  type Strictness,
  thresholdsOf,
  usualStrictness,
} from './compare/index.js';
import type { DetectOptions } from './detect/index.js';
import { type AlignedFace, CROP, cropFace } from './embed/aligned-face.js';
import { hasPixels, ImageError } from './images/index.js';
import type { Face, Pipeline } from './pipeline/pipeline.js';
import { checkTemplate, cosineOf, type Template, templateOf } from './template.js';

/** Finds faces, embeds and compares them. One is enough for a program; it belongs to the thread that opened it. */
export interface PocketNet {
  /** What its templates carry: the fingerprint of its network. */
  readonly model: string;
  /** What its cosines mean; undefined where the model is not calibrated. */
  readonly rates: ModelRates | undefined;
  /** What the network says of itself: its name, licence, card. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * The faces of a photo, whom it shows first: the large, the sure, those in the middle.
   *
   * @param image pixels (RGB or RGBA, `ImageData`), `ImageBitmap`, `VideoFrame`, canvas, `Blob` or `File`; files where `pocketnet/node` opened it
   * @throws ImageError that says what is wrong with the picture
   */
  detect(image: unknown, options?: DetectOptions): Promise<Face[]>;
  /**
   * The crop of a face: of one that `detect` found in this image, or of any five points in an image's pixels.
   *
   * @throws an Error where the image is no pixels and the face was not found in it
   */
  align(image: unknown, face: { readonly points: FiveLandmarks }): AlignedFace;
  /** The template of an aligned face. */
  embed(crop: AlignedFace): Promise<Template>;
  /** A template of this model again, of a vector that was kept. @throws RangeError where it is none */
  template(vector: ArrayLike<number>): Template;
  /** What two templates say of each other. @throws an Error where they are not both of this model */
  compare(a: Template, b: Template, strictness?: Strictness): Comparison;
  /** The cosines from which on faces may be (`usual`), and are (`strict`), of one person. @throws an Error without a calibration */
  thresholds(strictness?: Strictness): { usual: number; strict: number };
  /** Frees both networks; closing twice does no harm. */
  close(): void;
}

/** What a user calls, over a pipeline that does the work. */
export function pocketNetOver(pipeline: Pipeline): PocketNet {
  const { model, calibration, metadata } = pipeline;
  const rates = calibration && ratesOf(model, calibration);
  /** Crops of faces that were found, as they looked then: an image may be a canvas that shows something else by now. */
  const found = new WeakMap<object, { image: unknown; crop: AlignedFace }>();
  let closed = false;
  const opened = (): Pipeline => {
    if (closed) throw new Error('This PocketNet is closed. Open another.');
    return pipeline;
  };
  return {
    ...{ model, rates, metadata },
    async detect(image, options) {
      const faces = await opened().detect(image, options);
      for (const { face, crop } of faces) found.set(face, { image: remembered(image), crop });
      return faces.map(({ face }) => face);
    },
    align(image, face) {
      if (!face?.points)
        throw new TypeError(
          'align() takes a face, which has points; none was given. Where detect() finds nobody its list is empty: look before you take its first.',
        );
      const known = found.get(face);
      if (known && isSame(known.image, image)) return known.crop;
      if (hasPixels(image)) return cropFace(image, face.points);
      throw new ImageError(
        'unreadable',
        'This face was not found in this image by detect(). To align points of your own, give the pixels: ImageData, or RGB bytes with width and height.',
      );
    },
    async embed(crop) {
      if (crop?.width !== CROP || crop.height !== CROP || crop.data?.length !== 3 * CROP * CROP)
        throw new TypeError(
          'embed() takes what align() gives: an aligned face of 112 x 112 pixels, RGB. Detect and align the photo first.',
        );
      return opened().embed(crop);
    },
    template: (vector) => templateOf(model, vector),
    compare(a, b, strictness = usualStrictness) {
      checkTemplate(a);
      if (a.model !== model) cosineOf(a, { ...b, model });
      return compareTemplates(a, b, rates, strictness);
    },
    thresholds: (strictness) => thresholdsOf(rates, strictness),
    close() {
      if (!closed) pipeline.close();
      closed = true;
    },
  };
}

/** Objects are not kept alive by the faces that were found in them. */
const remembered = (image: unknown): unknown =>
  typeof image === 'object' && image !== null ? new WeakRef(image) : image;

const isSame = (kept: unknown, image: unknown): boolean =>
  kept instanceof WeakRef ? kept.deref() === image : kept === image;
