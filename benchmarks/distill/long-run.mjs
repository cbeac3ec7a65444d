// Begins or resumes a training of hours, after its engine has shown that it computes rightly on this very machine:
//
//   node benchmarks/distill/long-run.mjs --config configs/release-2-s-256-64.yaml --out runs/release-2/s-256-64 [--set …]
//
// 64 crops in one batch through libtorch against ONNX Runtime: beyond 1e-4 of the largest number the training does not start. Some builds of
// libtorch compute 1x1 convolutions of sixteen and more images wrong on some processors, without a word.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSource } from '@pocketnet/data';
import { checkExport, exportOnnx, exportTolerance, loadConfig } from '@pocketnet/lab';

const CROPS = 64;
const cli = new URL('../../packages/cli/bin/pocketnet.js', import.meta.url).pathname;

const { values, tokens } = parseArgs({
  options: { config: { type: 'string' }, out: { type: 'string' }, set: { type: 'string', multiple: true } },
  tokens: true,
});
if (!values.config || !values.out) throw new Error(`--config and --out are needed, not ${tokens.length} others.`);

const { config } = loadConfig(values.config, { set: values.set ?? [] });
const reached = join(values.out, 'last.safetensors');
const weights = existsSync(reached) ? reached : config.init;
if (weights === undefined) throw new Error(`${values.config} names no init: there are no weights to compare with.`);
const train = Array.isArray(config.data.train) ? config.data.train[0] : config.data.train;

const differences = await compare(weights, config.network, crops(train));
const worst = Math.max(...Object.values(differences));
const said = Object.entries(differences).map(([runtime, difference]) => `${runtime} ${difference.toExponential(1)}`);
console.error(`${CROPS} crops through libtorch, largest relative difference to ONNX Runtime: ${said.join(', ')}`);
if (!(worst <= exportTolerance)) {
  console.error(
    `Above ${exportTolerance}: libtorch computes wrong here, and nothing is trained. pocketnet doctor says more.`,
  );
  process.exit(1);
}

const args = [
  'train',
  '--config',
  values.config,
  '--out',
  values.out,
  ...(values.set ?? []).flatMap((one) => ['--set', one]),
];
const resume = existsSync(join(values.out, 'checkpoint.safetensors')) ? ['--resume'] : [];
const run = spawn(process.execPath, [cli, ...args, ...resume], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal)); // it stops after a checkpoint
run.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

function crops(location) {
  const source = openSource(location);
  const pictures = Array.from({ length: CROPS }, (_, i) => source.read(Math.floor((i * source.length) / CROPS)));
  source.close();
  return pictures;
}

async function compare(weights, network, pictures) {
  const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-long-run-'));
  try {
    const file = join(scratch, 'network.onnx');
    exportOnnx(weights, network, file);
    return await checkExport(weights, file, pictures, network);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
