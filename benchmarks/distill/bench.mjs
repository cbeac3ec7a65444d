// A distillation step, IResNet-100 teaching PocketNetS-128, beside the same step in plain PyTorch from Python: the same weights, images,
// libtorch version, threads and batch, taking turns in one run, so that a slow minute of the machine slows both.
// `npm run bench -- distill [--batch 16] [--threads 2,1] [--rounds 3] [--classes 2995] [--precisions float32] [--python python3]`
// Leave bf16 out on a processor without instructions for it, where it takes minutes a step.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openOurs } from './ours.mjs';

/** What is timed; `ours` and `peer` name the works, whose ratio is printed. */
const allLines = [
  { name: 'the teacher alone', ours: 'teacher', peer: 'teacher' },
  { name: 'the teacher alone, bf16', ours: 'teacher bf16', peer: 'teacher' },
  { name: 'step without a teacher', ours: 'arcface', peer: 'arcface' },
  { name: 'step, teacher looking', ours: 'live', peer: 'live' },
  { name: 'step, teacher in bf16', ours: 'live bf16', peer: 'live' },
  { name: 'step, embeddings cached', ours: 'cached', peer: 'live' },
];

/** Beside other work the clock says little, the processor's time more; with several threads some of it is waiting for each other. */
const clocks = [
  { clock: 'gone', heading: 'ms an image' },
  { clock: 'busy', heading: 'ms of processors an image' },
];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      batch: { type: 'string', default: '16' },
      threads: { type: 'string', default: '2,1' },
      rounds: { type: 'string', default: '3' },
      classes: { type: 'string', default: '2995' },
      precisions: { type: 'string', default: 'float32,bf16' },
      python: { type: 'string', default: '/usr/bin/python3' },
    },
  });
  const [batch, rounds, classes] = [values.batch, values.rounds, values.classes].map(Number);
  const bf16 = values.precisions.split(',').includes('bf16');
  const lines = allLines.filter((line) => bf16 || !line.ours.endsWith('bf16'));
  const result = {};
  for (const threads of values.threads.split(',').map(Number))
    result[threads] = await compare({ lines, bf16, batch, rounds, classes, threads, python: values.python });
  return result;
}

async function compare({ lines, bf16, batch, rounds, classes, threads, python }) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  let [ours, peer] = [];
  try {
    ours = await openOurs({ batch, threads, classes, folder, bf16 });
    peer = await openPeer(python, { batch, threads, classes, folder });
    console.log(
      `${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, ${threads} threads, batch ${batch}, ${classes} classes`,
    );
    console.log(`ours: libtorch ${ours.version}; peer: PyTorch ${peer.version}`);
    if (bf16)
      console.log(`mean cosine of the teacher's embeddings in bf16 to those in float32: ${ours.cosine.toFixed(6)}`);
    agree(ours.losses, peer.losses);
    const rounded = await takeTurns(lines, ours, peer, rounds);
    const result = {};
    for (const { clock, heading } of clocks) {
      console.log(`${heading.padEnd(34)}    ours    peer   ratio, paired`);
      for (const { name, ...works } of lines) {
        const pairs = rounded.map((round) => [
          round.ours[works.ours][clock] / batch,
          round.peer[works.peer][clock] / batch,
        ]);
        const [mine, theirs] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])));
        const ratios = pairs.map(([a, b]) => b / a).sort((a, b) => a - b);
        const spread = `${median(ratios).toFixed(2)}× (${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)})`;
        const rate = `${(1000 / mine).toFixed(1)} and ${(1000 / theirs).toFixed(1)} images/s`;
        console.log(
          `${name.padEnd(34)}${mine.toFixed(1).padStart(8)}${theirs.toFixed(1).padStart(8)}   ${spread}; ${rate}`,
        );
        result[`${works.ours}, ${clock}`] = { ours: mine, peer: theirs, ratio: median(ratios) };
      }
      const cost = median(rounded.map((round) => round.ours.cached[clock] / round.ours.arcface[clock]));
      console.log(`ours, a cached step to one without a teacher, paired: ${cost.toFixed(2)}\n`);
    }
    return result;
  } finally {
    peer?.close();
    await ours?.close();
    rmSync(folder, { recursive: true });
  }
}

/** In every round each work once on both sides, one side after the other. */
async function takeTurns(lines, ours, peer, rounds) {
  const works = [...new Set(lines.map((line) => line.ours))];
  const theirs = new Set(lines.map((line) => line.peer));
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    const turn = { ours: {}, peer: {} };
    for (const work of works) {
      turn.ours[work] = await ours.time(work);
      if (theirs.has(work)) turn.peer[work] = await peer.time(work);
    }
    turns.push(turn);
  }
  return turns;
}

/** @throws an Error unless both sides have the same losses of the same batch, within 1e-4 of their size */
function agree(ours, peer) {
  for (const [name, loss] of Object.entries(ours)) {
    const apart = Math.abs(loss - peer[name]) / Math.max(1, Math.abs(loss));
    if (!(apart < 1e-4))
      throw new Error(`The ${name} loss is ${loss} here and ${peer[name]} there: the steps are not the same.`);
    console.log(`${name} loss of the first batch: ${loss.toFixed(6)}, ${apart.toExponential(1)} apart`);
  }
}

/** Of an even number of values, half way between the middle two. */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** The peer as a child process that takes its turn when asked. */
async function openPeer(python, { folder, ...numbers }) {
  const script = fileURLToPath(new URL('plain.py', import.meta.url));
  const files = ['student', 'teacher', 'head', 'images'].map((name) => [name, join(folder, `${name}.pth`)]);
  const flags = [...Object.entries(numbers), ...files].flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(python, [script, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await output.next();
    if (done) throw new Error(`${python} ended before it answered.`);
    return JSON.parse(value);
  };
  return {
    ...(await answer()),
    async time(name) {
      child.stdin.write(`${JSON.stringify({ do: name })}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
