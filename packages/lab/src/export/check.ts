import { decodeToFloats } from '@pocketnet/data';
import { compareRuns, missingRuntimes, type RuntimeName } from '@pocketnet/onnx';
import { type Embedder, openEmbedder } from '../embedders/index.js';

/** How far an exported network may lie from libtorch, relative to the largest magnitude of libtorch's embeddings. */
export const exportTolerance = 1e-4;

/** For each runtime that is here the largest difference from libtorch, relative to the largest magnitude of libtorch's embeddings. */
export type ExportCheck = Partial<Record<RuntimeName, number>>;

/**
 * Embeds pictures with trained weights on libtorch and with the ONNX file made of them in every runtime, and compares.
 *
 * @param images encoded aligned crops; at least one
 * @param networkName which network the weights are of; by default what their file says
 */
export async function checkExport(
  weightsPath: string,
  onnxPath: string,
  images: readonly Uint8Array[],
  networkName?: string,
): Promise<ExportCheck> {
  const reference = await using(weightsPath, networkName === undefined ? {} : { network: networkName }, (embedder) =>
    embedAll(embedder, images),
  );
  const missing = await missingRuntimes();
  const names = (Object.keys(missing) as RuntimeName[]).filter((name) => missing[name] === undefined); // the record's own keys
  const differences: [RuntimeName, number][] = [];
  for (const runtime of names) {
    const own = await using(onnxPath, { runtime }, (embedder) => embedAll(embedder, images));
    differences.push([runtime, compareRuns(reference, own).maxRelative]);
  }
  return Object.fromEntries(differences) as ExportCheck; // entries of its kind
}

async function using<T>(
  path: string,
  options: { network?: string; runtime?: RuntimeName },
  body: (embedder: Embedder) => Promise<T>,
): Promise<T> {
  const embedder = await openEmbedder(path, options);
  try {
    return await body(embedder);
  } finally {
    await embedder.close();
  }
}

async function embedAll(embedder: Embedder, images: readonly Uint8Array[]): Promise<Float32Array> {
  const perImage = embedder.size ** 2 * 3;
  const floats = new Float32Array(images.length * perImage);
  for (const [i, image] of images.entries()) await decodeToFloats(image, embedder.size, floats, i * perImage);
  return embedder.embed(floats, images.length);
}
