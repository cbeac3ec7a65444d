import { type MegaFaceFolderOptions, type MegaFaceImages, openMegaFaceFolder } from '@pocketnet/data';
import {
  bestProduct,
  cleanProbes,
  type Matrix,
  type MegaFaceOptions,
  type MegaFaceReport,
  MegaFaceSearch,
  markNoisyDistractors,
  type Problem,
  ProblemCounter,
  type Product,
  takeRows,
} from '@pocketnet/evaluate';
import type { Embedder, EmbeddingSource } from '../embedders/index.js';
import {
  embeddedVectors,
  type FeatureFolder,
  featureVectors,
  type MegaFacePart,
  type MegaFaceVectors,
  type PartVectors,
  sourceVectors,
} from './megaface-vectors.js';

export interface EvaluateMegaFaceOptions
  extends MegaFaceFolderOptions,
    Pick<MegaFaceOptions, 'ties' | 'impostorProbes' | 'mostFalseAccepts' | 'seed'> {
  /** What multiplies the blocks; libtorch's where it is installed, else WebAssembly's. */
  readonly product?: Product;
  /**
   * Images without a vector: `refuse` (default) ends the measurement and names them, `leave-out` measures without them and
   * counts them in `problems`.
   */
  readonly missing?: 'refuse' | 'leave-out';
  readonly batch?: number;
  readonly channels?: 'rgb' | 'bgr';
  /** Counts images of both sorts. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** MegaFace of one model. */
export interface MegaFaceEvaluation {
  readonly model: string;
  /** Vectors as they are: MegaFace. */
  readonly raw: MegaFaceReport;
  /** With the noise lists: MegaFace(R). Undefined without them. */
  readonly refined: MegaFaceReport | undefined;
  /** What is odd about the lists, in sentences. */
  readonly notes: readonly string[];
  /** Images left out, by their fault. */
  readonly problems: readonly Problem[];
  /** Width of an embedding. */
  readonly dimension: number;
  /** Pictures that went through the network, mirror images included, and the seconds that it took, decoding left out. */
  readonly network: { readonly pictures: number; readonly seconds: number };
  readonly seconds: number;
}

/**
 * MegaFace and MegaFace(R) on a folder of InsightFace's test pack (`facescrub_lst`, `facescrub_images/`, `megaface_lst`,
 * `megaface_images/`, the noise lists) with the devkit's `templatelists`. Distractors are embedded and compared block by block;
 * a million of them need no more memory than some thousand. The programs of the devkit are not needed; it has not met the real ones.
 *
 * @param model an embedder; ready matrices, asked for the sets `facescrub` and `megaface` in the order of their lists; or a folder
 *   of the devkit's feature files
 * @throws an Error that names the list, the entry or the images at fault
 */
export async function evaluateMegaFace(
  model: Embedder | EmbeddingSource | FeatureFolder,
  folder: string,
  options: EvaluateMegaFaceOptions = {},
): Promise<MegaFaceEvaluation> {
  const { onProgress, missing = 'refuse', seed = 1 } = options;
  const begun = performance.now();
  const images = openMegaFaceFolder(folder, options);
  const vectors = vectorsOf(model, folder, options);
  const { ties, impostorProbes, mostFalseAccepts } = options;
  const search: MegaFaceOptions = {
    product: options.product ?? (await fastestProduct()),
    seed,
    ...(ties && { ties }),
    ...(impostorProbes !== undefined && { impostorProbes }),
    ...(mostFalseAccepts !== undefined && { mostFalseAccepts }),
  };
  const problems = {
    facescrub: new ProblemCounter('faces left out'),
    megaface: new ProblemCounter('distractors left out'),
  };
  const network = { pictures: 0, seconds: 0 };
  const read = async (part: MegaFacePart, paths: readonly string[]): Promise<PartVectors> => {
    const found = await vectors.read(part, paths);
    network.pictures += found.pictures;
    network.seconds += found.seconds;
    return found;
  };
  const total = images.faces.length + images.distractors.length;
  const usable = (part: MegaFacePart, paths: readonly string[], found: PartVectors): number[] => {
    if (found.problems.length > 0 && missing === 'refuse') throw refusal(part, found, paths.length);
    const bad = new Set(found.problems.map(({ index }) => index));
    for (const { reason } of found.problems) problems[part].add(() => reason);
    return Array.from(paths.keys()).filter((index) => !bad.has(index));
  };

  const faces = await read('facescrub', images.faces);
  const isUsable = new Set(usable('facescrub', images.faces, faces));
  onProgress?.(images.faces.length, total);
  const searches = openSearches(images, faces.vectors, isUsable, search, seed);

  for (let start = 0; start < images.distractors.length; start += vectors.blocks) {
    const paths = images.distractors.slice(start, start + vectors.blocks);
    const found = await read('megaface', paths);
    const kept = usable('megaface', paths, found);
    if (kept.length === 0) continue;
    const block = kept.length === paths.length ? found.vectors : takeRows(found.vectors, kept);
    searches.raw.add(block);
    searches.refined?.add(
      markNoisyDistractors(
        block,
        kept.map((index) => images.noisy?.distractors[start + index] ?? false),
      ),
    );
    onProgress?.(images.faces.length + start + paths.length, total);
  }
  return {
    model: vectors.name,
    raw: searches.raw.result(),
    refined: searches.refined?.result(),
    notes: images.notes,
    problems: [...problems.facescrub.found(), ...problems.megaface.found()],
    dimension: faces.vectors.cols,
    network,
    seconds: (performance.now() - begun) / 1000,
  };
}

/** A search with vectors as they are, and one with those that the noise lists have cleaned. */
function openSearches(
  { identities, probes, noisy }: MegaFaceImages,
  faces: Matrix,
  isUsable: ReadonlySet<number>,
  options: MegaFaceOptions,
  seed: number,
): { raw: MegaFaceSearch; refined: MegaFaceSearch | undefined } {
  const kept = Array.from(isUsable);
  const whole = takeRows(faces, kept);
  const people = kept.map((face) => identities[face] ?? '');
  const place = new Map(kept.map((face, row) => [face, row]));
  const rows = probes.flatMap((face) => place.get(face) ?? []);
  if (rows.length === 0) throw new Error(`None of the ${probes.length} probes has a vector.`);
  const open = (vectors: Matrix) =>
    new MegaFaceSearch(
      takeRows(vectors, rows),
      rows.map((row) => people[row] ?? ''),
      options,
    );
  const marks = noisy && kept.map((face) => noisy.faces[face] ?? false);
  return { raw: open(whole), refined: marks && open(cleanProbes(whole, people, marks, seed)) };
}

function vectorsOf(
  model: Embedder | EmbeddingSource | FeatureFolder,
  folder: string,
  { batch, channels }: EvaluateMegaFaceOptions,
): MegaFaceVectors {
  if ('features' in model) return featureVectors(model);
  const embedder = 'dimension' in model ? model : model.embedder;
  if (embedder === undefined) return sourceVectors(model as EmbeddingSource, folder); // no embedder, so no Embedder
  return embeddedVectors(embedder, folder, {
    ...('defaults' in model && model.defaults),
    ...(batch !== undefined && { batch }),
    ...(channels && { channels }),
  });
}

/** Libtorch's product where libtorch is; an app that only evaluates matrices may lack it. */
async function fastestProduct(): Promise<Product> {
  try {
    return (await import('./product.js')).torchProduct;
  } catch {
    return bestProduct();
  }
}

function refusal(part: MegaFacePart, { problems }: PartVectors, of: number): Error {
  const named = problems.slice(0, 5).map(({ reason }) => reason);
  return new Error(
    `${problems.length} of ${of} images of ${part} have no usable vector. ${named.join(' ')}${problems.length > 5 ? ' …' : ''} Complete them, or ask for missing: 'leave-out'.`,
  );
}
