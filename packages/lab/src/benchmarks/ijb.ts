import { setImmediate } from 'node:timers/promises';
import {
  type BootstrapOptions,
  type Matrix,
  type OpenSetReport,
  openSetIdentification,
  type PoolingOptions,
  type Problem,
  type Product,
  pairRows,
  poolTemplates,
  type RocCurve,
  scorePairs,
  type TemplateVerification,
  templateVerification,
} from '@pocketnet/evaluate';
import type { Embedder } from '../embedders/embedder.js';
import type { EmbeddingSource } from '../embedders/source.js';
import { embedIjbFaces } from './ijb-faces.js';
import { type IjbFiles, readIjbFiles } from './ijb-files.js';

export interface IjbOptions extends PoolingOptions {
  /** Largest FAR not above the target (`exact`, default), or as InsightFace's and PocketNet's scripts print (`released`). */
  readonly rule?: 'exact' | 'released';
  readonly fars?: readonly number[];
  /** How confidence intervals are drawn, gallery templates as units; `false` for none. */
  readonly intervals?: BootstrapOptions | false;
  /** 1:N on the gallery lists as well, where they are there; true unless said. */
  readonly search?: boolean;
  /** What multiplies the blocks of the 1:N search. */
  readonly product?: Product;
  /** Crops of one call of the embedder, and the order of channels it was trained with. */
  readonly batch?: number;
  readonly channels?: 'rgb' | 'bgr';
  readonly onProgress?: (stage: IjbStage, done: number, total: number) => void;
}

/** Embeds faces, scores pairs, searches galleries. */
export type IjbStage = 'embed' | 'score' | 'search';

/** All of it but `curve` is plain JSON. */
export interface IjbReport {
  readonly benchmark: 'IJB-B' | 'IJB-C';
  readonly model: string;
  readonly dimension: number;
  readonly settings: {
    readonly norm: boolean;
    readonly detector: boolean;
    readonly flip: boolean;
    readonly rule: 'exact' | 'released';
  };
  readonly faces: number;
  readonly templates: number;
  readonly pairs: number;
  readonly verification: Omit<TemplateVerification, 'curve'>;
  /** Absent where the lists are missing or not asked for. */
  readonly identification?: OpenSetReport;
  /** Missing images, unequal lists, unusable embeddings, unknown templates, repeated pairs: what there was, with names. */
  readonly problems: readonly Problem[];
  /** Pictures that went through the network, mirror images included, and the seconds that it took, decoding left out. */
  readonly network: { readonly pictures: number; readonly seconds: number };
  readonly seconds: { readonly read: number; readonly embed: number; readonly score: number; readonly search: number };
  readonly curve: RocCurve;
}

/**
 * IJB-B or IJB-C, whichever `folder` holds (`meta/`, `loose_crop/`): 1:1 template verification and open-set 1:N identification.
 *
 * @param model an embedder, or ready embeddings of the faces of `ijb?_face_tid_mid.txt` in that file's order: a matrix source, asked
 *   for the set `ijbb` or `ijbc`
 * @throws DataError or Error that names file, line and remedy; what a measurement survives is told in `problems`
 */
export async function evaluateIjb(
  model: Embedder | EmbeddingSource,
  folder: string,
  options: IjbOptions = {},
): Promise<IjbReport> {
  const { norm = true, detector = true, flip = true, rule = 'exact' } = options;
  const clock = stopwatch();
  const files = readIjbFiles(folder);
  const read = clock();

  const embedded = await embedFaces(model, files, options);
  const { template, media, names } = files.faces;
  const faces = { ...embedded.faces, template, media, names, detectorScore: files.detectorScore };
  const templates = poolTemplates(faces, { norm, detector, flip });
  const embed = clock();

  const { pairs } = files;
  const rows = pairRows(templates, pairs);
  const scores = await scoreInParts(templates.features, rows, (done, total) =>
    options.onProgress?.('score', done, total),
  );
  const { curve, ...verification } = templateVerification(scores, pairs.same, {
    rule,
    unit: pairs.first,
    ...(options.fars && { fars: options.fars }),
    ...(options.intervals !== undefined && { intervals: options.intervals }),
  });
  const score = clock();

  const { galleries, probes } = files;
  const identification =
    probes && options.search !== false
      ? openSetIdentification(templates, galleries, probes, {
          rule,
          onProgress: (done, total) => options.onProgress?.('search', done, total),
          ...(options.product && { product: options.product }),
        })
      : undefined;
  return {
    benchmark: files.set.name,
    model: model.name,
    dimension: templates.features.cols,
    settings: { norm, detector, flip, rule },
    faces: names.length,
    templates: templates.ids.length,
    pairs: pairs.same.length,
    verification,
    ...(identification && { identification }),
    problems: [
      ...files.problems,
      ...embedded.problems,
      ...templates.problems,
      ...rows.problems,
      ...(identification?.problems ?? []),
    ],
    network: { pictures: embedded.pictures, seconds: embedded.seconds },
    seconds: { read, embed, score, search: clock() },
    curve,
  };
}

/** The faces' embeddings, and what the network had to do for them: nothing where they were ready. */
interface ReadyFaces {
  readonly faces: { readonly embeddings: Matrix; readonly mirrored?: Matrix };
  readonly problems: readonly Problem[];
  readonly pictures: number;
  readonly seconds: number;
}

async function embedFaces(
  model: Embedder | EmbeddingSource,
  files: IjbFiles,
  options: IjbOptions,
): Promise<ReadyFaces> {
  if ('dimension' in model) return embedCrops(model, files, options);
  const { batch, channels } = model.defaults ?? {};
  const defaults = { ...(batch !== undefined && { batch }), ...(channels && { channels }) };
  if (model.embedder) return embedCrops(model.embedder, files, { ...defaults, ...options });
  const name = files.set.name.replace('-', '').toLowerCase();
  const read = (index: number): never => {
    throw new Error(`${model.name} is no network: it is not to be shown image ${index}.`);
  };
  const { images, flips } = await model.embed({ name, length: files.faces.names.length, read });
  return { faces: { embeddings: images, ...(flips && { mirrored: flips }) }, problems: [], pictures: 0, seconds: 0 };
}

async function embedCrops(embedder: Embedder, files: IjbFiles, options: IjbOptions): Promise<ReadyFaces> {
  const { batch, channels, flip = true, onProgress } = options;
  const { set, faces, landmarks, landmarkRow } = files;
  const { embeddings, ...told } = await embedIjbFaces(embedder, set.crops, faces, landmarks, landmarkRow, {
    flip,
    onProgress: (done, total) => onProgress?.('embed', done, total),
    ...(batch !== undefined && { batch }),
    ...(channels && { channels }),
  });
  return { faces: { embeddings }, ...told };
}

const PART = 2 ** 20;

async function scoreInParts(
  features: Matrix,
  { first, second }: { first: Int32Array; second: Int32Array },
  onProgress: (done: number, total: number) => void,
): Promise<Float64Array> {
  const scores = new Float64Array(first.length);
  for (let start = 0; start < scores.length; start += PART) {
    const end = Math.min(start + PART, scores.length);
    const part = { first: first.subarray(start, end), second: second.subarray(start, end) };
    scorePairs(features, part, scores.subarray(start, end));
    onProgress(end, scores.length);
    await setImmediate(); // lets a Ctrl-C in
  }
  return scores;
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
