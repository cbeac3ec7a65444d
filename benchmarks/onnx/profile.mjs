// Where an ONNX model's time goes on one core, by kind of node and side of the map, as ONNX Runtime's own profile has it.
// `npm run bench -- onnx-profile MODEL.onnx… [--runs 30]`
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { noise } from '@pocketnet/onnx';

// The runtime belongs to packages/onnx.
const ort = createRequire(new URL('../../packages/onnx/package.json', import.meta.url))('onnxruntime-node');

/** Rows of the table; what is less is summed up. */
const ROWS = 14;

export async function run(args) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { runs: { type: 'string', default: '30' } },
  });
  const results = {};
  for (const model of positionals) results[basename(model)] = await profile(model, Number(values.runs));
  return results;
}

async function profile(model, runs) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-profile-'));
  try {
    const session = await ort.InferenceSession.create(model, {
      ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 },
      ...{ enableProfiling: true, profileFilePrefix: join(folder, 'profile') },
    });
    const inputs = session.inputMetadata.map(({ name, shape, type }) => ({ name, shape, dtype: type }));
    const [[name, { data, dims }]] = Object.entries(noise(inputs, 1));
    const feeds = { [name]: new ort.Tensor('float32', data, dims) };
    for (let i = 0; i < runs; i++) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [file] = readdirSync(folder);
    return print(basename(model), JSON.parse(readFileSync(join(folder, file), 'utf8')), runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(model, events, runs) {
  const kinds = new Map();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('kernel_time')) continue;
    const kind = kindOf(args);
    const { time = 0, nodes = 0 } = kinds.get(kind) ?? {};
    kinds.set(kind, { time: time + dur / 1000 / runs, nodes: nodes + 1 / runs });
  }
  const rows = [...kinds].sort(([, a], [, b]) => b.time - a.time);
  const total = rows.reduce((sum, [, { time }]) => sum + time, 0);
  const nodes = rows.reduce((sum, [, row]) => sum + row.nodes, 0);
  const line = (label, count, time) =>
    console.log(
      `${label.padEnd(44)}${String(Math.round(count)).padStart(5)}${time.toFixed(2).padStart(8)} ms${((100 * time) / total).toFixed(0).padStart(5)} %`,
    );
  console.log(`\n${model}: ${total.toFixed(2)} ms in ${Math.round(nodes)} nodes`);
  for (const [kind, { time, nodes: count }] of rows.slice(0, ROWS)) line(kind, count, time);
  const rest = rows.slice(ROWS);
  if (rest.length > 0)
    line(
      `${rest.length} further kinds`,
      rest.reduce((sum, [, row]) => sum + row.nodes, 0),
      rest.reduce((sum, [, row]) => sum + row.time, 0),
    );
  return { total, nodes: Math.round(nodes), kinds: Object.fromEntries(rows) };
}

/** Such as `Conv depthwise 3×3, 16 channels at 56×56`. */
function kindOf({ op_name: op, input_type_shape: inputs = [], output_type_shape: outputs = [] }) {
  const shapes = (values) => values.map((value) => Object.values(value)[0]);
  const [out = []] = shapes(outputs);
  const [, kernel] = shapes(inputs);
  const at = out.length === 4 ? `, ${out[1]} channels at ${out[2]}×${out[3]}` : '';
  if (op !== 'Conv' || !kernel) return `${op}${at}`;
  const [channels, depth, height, width] = kernel;
  return `Conv ${depth === 1 && channels > 1 ? 'depthwise ' : ''}${height}×${width}${at}`;
}
