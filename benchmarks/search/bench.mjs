// Seconds an image of one whole step of a search, weights and α, beside plain PyTorch from Python on the same machine and engine. The
// two take turns, so that a slow minute of the machine slows both, and the ratio is that of the pairs. With --methods every way to search
// takes its turn instead, each in a process of its own: how many steps a second, and how much memory, beside plain DARTS.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const defaults = {
  batch: '8',
  channels: '16',
  cells: '8',
  size: '112',
  classes: '1000',
  threads: '2',
  rounds: '3',
  orders: 'first,second',
  methods: '',
};

export async function run(args) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { values } = parseArgs({
    args,
    options: { ...options, python: { type: 'string', default: '/usr/bin/python3' } },
  });
  const { rounds, python, orders, methods, ...texts } = values;
  const setting = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, Number(value)]));
  const flags = Object.entries(setting).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (methods !== '') return compareMethods(methods.split(','), { setting, flags, python, rounds: Number(rounds) });
  const ours = await open(process.execPath, [beside('ours.mjs'), JSON.stringify(setting)]);
  const peer = await open(python, [beside('plain.py'), 'serve', ...flags]);
  console.log(
    `search step, C = ${setting.channels}, ${setting.cells} cells, ${setting.size}×${setting.size}, batch ${setting.batch}, ${setting.threads} threads`,
  );
  console.log(`ours on libtorch ${ours.version}; plain PyTorch ${peer.version}`);
  const result = {};
  try {
    for (const order of orders.split(',')) {
      for (const side of [ours, peer]) await side.time(order); // warm
      const pairs = [];
      for (let round = 0; round < Number(rounds); round++) pairs.push([await ours.time(order), await peer.time(order)]);
      const [mine, theirs] = [0, 1].map((i) => median(pairs.map((pair) => pair[i].seconds)) / setting.batch);
      const ratios = pairs.map(([a, b]) => b.seconds / a.seconds).sort((a, b) => a - b);
      const busy = [0, 1].map((i) => median(pairs.map((pair) => pair[i].busy)) / setting.batch);
      const [ownPeak, theirPeak] = pairs.at(-1).map(({ peakMiB }) => Math.round(peakMiB));
      console.log(`${order} order`);
      console.log(`  ours ${mine.toFixed(3)} s an image, ${busy[0].toFixed(3)} of a processor, peak ${ownPeak} MiB`);
      console.log(
        `  peer ${theirs.toFixed(3)} s an image, ${busy[1].toFixed(3)} of a processor, peak ${theirPeak} MiB`,
      );
      console.log(
        `  ratio, paired: ${median(ratios).toFixed(2)}× (${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)} over ${rounds} rounds); of processors ${(busy[1] / busy[0]).toFixed(2)}×`,
      );
      result[order] = { ours: mine, peer: theirs, ratio: median(ratios), ownPeak, theirPeak };
    }
  } finally {
    for (const side of [ours, peer]) side.close();
  }
  return result;
}

/** @param methods such as `second`, `first`, `single-path`, and any of these with `-distilled` */
async function compareMethods(methods, { setting, flags, python, rounds }) {
  const sides = [
    {
      name: 'plain PyTorch, second order',
      what: 'second',
      side: await open(python, [beside('plain.py'), 'serve', ...flags]),
    },
  ];
  for (const name of methods) {
    const what = name.replace(/-distilled$/, '');
    const lesson = name === what ? 'classes' : 'distilled';
    sides.push({
      name,
      what,
      side: await open(process.execPath, [beside('ours.mjs'), JSON.stringify(setting), lesson]),
    });
  }
  try {
    for (const { side, what } of sides) await side.time(what); // warm
    const taken = sides.map(() => []);
    for (let round = 0; round < rounds; round++)
      for (const [i, { side, what }] of sides.entries()) taken[i].push(await side.time(what));
    const rows = sides.map(({ name }, i) => ({
      name,
      stepsPerSecond: 1 / median(taken[i].map(({ seconds }) => seconds)),
      busySeconds: median(taken[i].map(({ busy }) => busy)),
      ratio: median(taken[i].map(({ busy }, round) => taken[0][round].busy / busy)),
      peakMiB: Math.round(taken[i].at(-1).peakMiB),
    }));
    for (const { name, stepsPerSecond, busySeconds, ratio, peakMiB } of rows)
      console.log(
        `${name}: ${stepsPerSecond.toFixed(2)} steps a second, ${busySeconds.toFixed(2)} s of a processor a step (${ratio.toFixed(1)}× plain), peak ${peakMiB} MiB`,
      );
    return rows;
  } finally {
    for (const { side } of sides) side.close();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** A process that makes steps when asked. */
async function open(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args[0]} ended before it answered.`);
    return JSON.parse(value);
  };
  return {
    ...(await answer()),
    async time(order) {
      child.stdin.write(`${JSON.stringify({ do: order, times: 1 })}\n`);
      const { seconds, busy, peakMiB } = await answer();
      return { seconds: seconds[0], busy, peakMiB };
    },
    close: () => child.stdin.end(),
  };
}
