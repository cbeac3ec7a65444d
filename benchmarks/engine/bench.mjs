// The engine beside ONNX Runtime, one thread, binding and copying of the input included. In each round every one has a turn of some runs, of
// which the lower quartile counts; ratios are of one round's turns, and their median and quartiles are told.
//
// `npm run bench -- engine [--rounds 20] [--runs 25] [--clock wall|cpu] [--in native,wasm,chromium]`
//
// --clock cpu  counts the processor's time of this process, or of Chromium's page, for machines that others use too; in Chromium the mean of
//              each turn, the runs before those that count among them
//
// Rounds in which S-128 takes more than 3.3 times MobileFaceNet's time within ONNX Runtime were disturbed, and are left out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writePlan } from '@pocketnet/engine/plan';
import {
  compileGraph,
  decodeModel,
  missingRunners,
  OBSERVERS,
  observePlan,
  openModel,
  quantisePlan,
  RUNNERS,
  WARMING,
} from '@pocketnet/onnx';
import { forms } from './forms.mjs';
import { startLiteRt } from './litert.mjs';
import { networks, releasedFile } from './networks.mjs';
import { missingPeers, tfliteOf } from './tflite.mjs';

const SIZE = 3 * 112 * 112;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '20' },
      runs: { type: 'string', default: '25' },
      clock: { type: 'string', default: 'wall' },
      in: { type: 'string', default: 'native,wasm,chromium' },
    },
  });
  const models = Object.fromEntries(networks(['s-128', 'mobilefacenet']).map(({ name, onnx }) => [name, onnx]));
  const settings = { rounds: Number(values.rounds), runs: Number(values.runs), clock: values.clock };
  console.log(`${cpus()[0].model}, ${values.rounds} rounds of ${values.runs} runs, ${values.clock} time`);
  for (const place of values.in.split(',')) await places[place](models, settings);
}

const clocks = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

const image = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(12.9898 * i));

/** ONNX Runtime's own library beside the addon. */
async function native(models, settings) {
  const entrants = [
    ...(await inOnnxRuntime('native', {
      'S-128, ONNX Runtime': models['s-128'],
      'S-128, ONNX Runtime, released': releasedFile('pocketnet-s-128.onnx'),
      'MobileFaceNet, ONNX Runtime': models.mobilefacenet,
    })),
    ...(await inEngine(models, ({ form }) => !form.startsWith('wasm'))),
  ];
  const [, best] = entrants; // the released form is the one that was fastest when it was made
  report('Node, natively', entrants, await inTurns(entrants, settings), [best.name, 'MobileFaceNet, ONNX Runtime']);
}

/** ONNX Runtime Web beside the engine's modules, in Node. */
async function wasm(models, settings) {
  const entrants = [
    ...(await inOnnxRuntime('wasm', {
      'S-128, ONNX Runtime': models['s-128'],
      'MobileFaceNet, ONNX Runtime': models.mobilefacenet,
    })),
    ...(await inEngine(models, ({ form }) => form.startsWith('wasm'))),
  ];
  report('Node, WebAssembly', entrants, await inTurns(entrants, settings), [
    'S-128, ONNX Runtime',
    'MobileFaceNet, ONNX Runtime',
  ]);
}

/** The same in pages of headless Chromium. */
async function chromium(models, { rounds, runs, clock }) {
  const missing = await missingRunners();
  const runners = ['chromium-wasm', 'chromium-engine-simd', 'chromium-engine'];
  const lacking = runners.map((name) => missing[name]).find((why) => why !== undefined);
  if (lacking) return console.log(`\nwithout Chromium: ${lacking}`);
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  const entrants = [];
  try {
    for (const [name, bytes] of Object.entries(models)) {
      const file = join(folder, `${name}.onnx`);
      writeFileSync(file, bytes);
      for (const runner of runners) {
        const running = await RUNNERS[runner].start(file, 1);
        const what = {
          'chromium-wasm': 'ONNX Runtime',
          'chromium-engine-simd': 'wasm simd',
          'chromium-engine': 'wasm relaxed',
        }[runner];
        entrants.push({
          name: `${titles[name]}, ${what}`,
          turn: clock === 'cpu' ? () => busyTurn(running, runs) : () => running.run({ runs, batch: 1 }),
          close: () => running.close(),
        });
      }
    }
    const without = missingPeers();
    if (without) console.log(`\nwithout LiteRT.js: ${without}`);
    else
      for (const [name, bytes] of Object.entries(models)) {
        const running = await startLiteRt(tfliteOf(bytes));
        const turn = clock === 'cpu' ? () => busyTurn(running, runs) : () => running.run({ runs }, WARMING);
        entrants.push({ name: `${titles[name]}, LiteRT.js`, turn, close: () => running.close() });
      }
    report('Chromium', entrants, await inTurns(entrants, { rounds, runs, clock }), [
      'S-128, ONNX Runtime',
      'MobileFaceNet, ONNX Runtime',
    ]);
  } finally {
    for (const { close } of entrants) await close();
    rmSync(folder, { recursive: true });
  }
}

/** The processor's time of a turn, as so many equal runs. */
async function busyTurn(running, runs) {
  const before = await running.busy();
  await running.run({ runs, batch: 1 }, WARMING);
  return [((await running.busy()) - before) / (runs + WARMING)];
}

const places = { native, wasm, chromium };
const titles = { 's-128': 'S-128', mobilefacenet: 'MobileFaceNet' };

async function inOnnxRuntime(runtime, files) {
  const entrants = [];
  for (const [name, bytes] of Object.entries(files)) {
    const model = await openModel(bytes, { runtime, threads: 1 });
    const feeds = { [model.inputs[0].name]: { data: image, dims: [1, 3, 112, 112] } };
    entrants.push({ name, run: () => model.run(feeds) });
  }
  return entrants;
}

/** What each form is fast in; others take halfwords for integers. */
const arithmetics = { vnni: ['float', 'int16', 'int8'], avx512: ['float'] };

async function inEngine(models, wanted) {
  const entrants = [];
  for (const [name, onnx] of Object.entries(models)) {
    const { bytes, plan } = compileGraph(decodeModel(onnx).graph);
    const [{ open: openProbe }] = forms;
    const whole = writePlan(quantisePlan(plan, await observePlan(plan, [image], openProbe), OBSERVERS[0])); // times, not results
    for (const { form, open } of forms.filter(wanted))
      for (const arithmetic of arithmetics[form] ?? ['float', 'int16']) {
        const opened = await open(arithmetic === 'float' ? bytes : whole, { arithmetic });
        const suffix = arithmetic === 'float' ? '' : `, ${arithmetic}`;
        entrants.push({ name: `${titles[name]}, ${form}${suffix}`, run: async () => opened.run(image) });
      }
  }
  return entrants;
}

/** Lower quartiles of each one's turns, in milliseconds, round by round. */
async function inTurns(entrants, { rounds, runs, clock }) {
  const now = clocks[clock];
  const turnOf = async ({ run: once }) => {
    const times = [];
    for (let i = -2; i < runs; i++) {
      const start = now();
      await once();
      if (i >= 0) times.push(now() - start); // the first ones find caches cold
    }
    return times;
  };
  const found = entrants.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, entrant] of entrants.entries()) {
      const times = await (entrant.turn ?? (() => turnOf(entrant)))();
      found[i].push(quantile(times, 0.25));
    }
  return found;
}

function report(title, entrants, times, peers) {
  const of = (name) => times[entrants.findIndex((entrant) => entrant.name === name)];
  const [plain, small] = [of('S-128, ONNX Runtime') ?? [], of('MobileFaceNet, ONNX Runtime') ?? []];
  const [released] = [of(peers[0])];
  const calm = plain.map((_, round) => (released ?? plain)[round] <= 3.3 * small[round]);
  const kept = calm.some(Boolean) ? calm : calm.map(() => true);
  console.log(`\n${title}: ${kept.filter(Boolean).length} of ${kept.length} rounds`);
  for (const [i, { name }] of entrants.entries()) {
    const own = times[i].filter((_, round) => kept[round]);
    const ratios = peers.map((peer) => {
      const ratio = of(peer)
        .map((time, round) => time / times[i][round])
        .filter((_, round) => kept[round]);
      return `${quantile(ratio, 0.5).toFixed(2)} (${quantile(ratio, 0.25).toFixed(2)}–${quantile(ratio, 0.75).toFixed(2)})`;
    });
    console.log(
      `${name.padEnd(32)}${quantile(own, 0).toFixed(2).padStart(7)} least${quantile(own, 0.5).toFixed(2).padStart(8)} ms   ${ratios.map((ratio, p) => `${p === 0 ? peers[0] : peers[1]} takes ${ratio}`).join('   ')}`,
    );
  }
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
