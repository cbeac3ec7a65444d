// Seconds an image of one whole step of a search, weights and α, beside plain PyTorch from Python on the same machine and engine. The
// two take turns, so that a slow minute of the machine slows both, and the ratio is that of the pairs.
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
};

export async function run(args) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { values } = parseArgs({
    args,
    options: { ...options, python: { type: 'string', default: '/usr/bin/python3' } },
  });
  const { rounds, python, orders, ...texts } = values;
  const setting = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, Number(value)]));
  const flags = Object.entries(setting).flatMap(([name, value]) => [`--${name}`, String(value)]);
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
