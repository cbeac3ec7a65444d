// Do two aligned crops show the same person? The released network, in Node, without libtorch.
//
//   node examples/compare-two-faces.mjs [first.jpg second.jpg]
//
// Crops are aligned to the ArcFace template, 112 x 112. Without arguments two drawings are compared, which shows the calls and nothing more.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodePicture, drawFace, encodeJpegSync, pictureToFloats, squared } from '@pocketnet/data';
import { mirrored, openEmbedder } from '@pocketnet/lab/embedders';

const released = fileURLToPath(new URL('../models/pocketnet-s-128/pocketnet-s-128.onnx', import.meta.url));
const files = process.argv.slice(2);
const crops =
  files.length === 2
    ? files.map((file) => readFileSync(file))
    : [drawFace(1, 0), drawFace(1, 1)].map((picture) => encodeJpegSync(picture));

const embedder = await openEmbedder(released);
const [first, second] = [await unitEmbedding(crops[0]), await unitEmbedding(crops[1])];
const cosine = first.reduce((sum, value, i) => sum + value * second[i], 0);
console.log(`${first.length} numbers a face, cosine ${cosine.toFixed(3)}`);
await embedder.close();

/** The embedding of a crop plus that of its mirror image, at unit length: what the card's thresholds are for. */
async function unitEmbedding(bytes) {
  const { size } = embedder;
  const pixels = new Float32Array(size * size * 3);
  pictureToFloats(squared(await decodePicture(bytes), size), pixels);
  const image = await embedder.embed(pixels, 1);
  const mirror = await embedder.embed(mirrored(pixels, 1, size), 1);
  const sum = image.map((value, i) => value + mirror[i]);
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}
