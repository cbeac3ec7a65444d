// Trains the smallest network for ten steps on drawn faces, and exports it to ONNX.
//
//   node examples/train-ten-steps.mjs [folder]
//
// A real experiment is a YAML file with the same keys: see configs/ and docs/train.md.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig, exportOnnx, train } from '@pocketnet/lab';

const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'pocketnet-example-'));
const config = {
  network: 'pocketnet-xs-64',
  data: { train: 'generated:identities=8,images=8,size=32', size: 32 },
  batch: 8,
  maxSteps: 10,
  lr: 0.1,
  lrScaling: 'none',
  schedule: { kind: 'constant' },
};
const { steps, loss } = await train(checkConfig(config, 'this example'), { out, quiet: true });
console.log(`${steps} steps, loss ${loss.toFixed(2)}`);

const model = join(out, 'model.onnx');
const { bytes } = exportOnnx(join(out, 'last.safetensors'), undefined, model);
console.log(`${model}: ${bytes} bytes`);
