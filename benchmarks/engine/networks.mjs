// The networks that the engine's benches are about: plain exports of ours, and those of others where POCKETNET_DATA has them.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportNetwork, exportOnnx, findNetwork } from '@pocketnet/lab';
import { encodeModel } from '@pocketnet/onnx';
import { manualSeed } from '@pocketnet/torch';

const models = fileURLToPath(new URL('../../models/', import.meta.url));

/** A released network's plain ONNX export. */
function released(name) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  try {
    const file = join(folder, 'plain.onnx');
    exportOnnx(join(models, name, `${name}.safetensors`), undefined, file);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A released file as it lies in models/. */
export const releasedFile = (file) => readFileSync(join(models, file.replace(/(-web|-int8)?\.onnx$/, ''), file));

/** A network of the registry with weights as it is born. */
function newborn(name) {
  manualSeed(1);
  const network = findNetwork(name).build({}).eval();
  const { graph, metadata } = exportNetwork(network, { name, embedding: findNetwork(name).embedding, input: 112 });
  network.dispose();
  return encodeModel(graph, { metadata });
}

/** Each by its name: the bytes of an ONNX file. */
export function networks(names) {
  const shared = join(process.env.POCKETNET_DATA ?? '', 'faces');
  const all = {
    's-128': () => released('pocketnet-s-128'),
    's-256': () => released('pocketnet-s-256'),
    'm-128': () => released('pocketnet-m-128'),
    'm-256': () => released('pocketnet-m-256'),
    'iresnet-18': () => newborn('iresnet-18'),
    'mobilefacenet (ours)': () => newborn('mobilefacenet'),
    mobilefacenet: () => fileOf(join(shared, 'teachers/mobilefacenet.onnx')) ?? newborn('mobilefacenet'),
    fr_feature: () => fileOf(join(shared, 'teachers/fr_feature.onnx')),
    yunet: () => fileOf(join(shared, 'detectors/yunet_n_dynamic.onnx')),
  };
  return Object.entries(all)
    .filter(([name]) => !names || names.includes(name))
    .map(([name, make]) => ({ name, onnx: make() }))
    .filter(({ onnx }) => onnx !== undefined);
}

const fileOf = (path) => (process.env.POCKETNET_DATA && existsSync(path) ? readFileSync(path) : undefined);
