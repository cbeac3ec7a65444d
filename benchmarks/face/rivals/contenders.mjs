// Who compares faces in a page: its module, its settings as its own documentation has them, the files that it may ask for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cosine, detector, embedder } from '../folder.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Minus the Euclidean distance, so that more is more alike. */
const nearness = (a, b) => -Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));

const human = (settings) => ({
  page: 'human',
  settings,
  files: peerFiles('@vladmandic/human/models'),
  score: nearness,
});
const faceApi = (net, options) => ({
  ...{ page: 'face-api', settings: { net, options }, score: nearness },
  files: peerFiles('@vladmandic/face-api/model'),
});

/** By name; opened late, since the peers' files lie there only once they are installed. */
export const contenders = {
  pocketnet: () => ({
    page: 'pocketnet',
    settings: {},
    files: { '/models/yunet.pnet': detector, '/models/embedder.pnet': embedder },
    score: cosine,
  }),
  // demo/faceid
  'human, faceid': () => human({ filter: { enabled: true, equalization: true }, detector: { rotation: true } }),
  // its wiki on embeddings: mesh and rotation
  'human, wiki': () => human({ filter: { enabled: true }, detector: { rotation: true } }),
  'face-api, tiny 416': () => faceApi('tinyFaceDetector', { inputSize: 416 }),
  'face-api, tiny 224': () => faceApi('tinyFaceDetector', { inputSize: 224 }),
  'face-api, SSD': () => faceApi('ssdMobilenetv1', { minConfidence: 0.5 }),
};

/** The module of a contender's page. */
export const pageOf = ({ page }) => here(`pages/${page}.mjs`);

/** A package's models and TensorFlow.js's WebAssembly, by the paths at which a page asks for them. */
function peerFiles(models) {
  const wasm = '@tensorflow/tfjs-backend-wasm/dist';
  return {
    ...folderFiles('/models/', models, /\.(bin|json)$/),
    ...folderFiles('/wasm/', wasm, /\.wasm$/),
  };
}

function folderFiles(path, folder, pattern) {
  const place = here(join('node_modules', folder));
  const names = readdirSync(place).filter((name) => pattern.test(name));
  return Object.fromEntries(names.map((name) => [path + name, readFileSync(join(place, name))]));
}
