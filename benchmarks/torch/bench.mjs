// Our engine beside plain PyTorch from Python: the same network, weights, libtorch version, threads and batch, taking turns in one run,
// so that a slow minute of the machine slows both. `npm run bench -- torch [--batch 16] [--threads N] [--rounds 5] [--python python3]
// [--device cuda] [--precision bf16] [--clock cpu]`: the processor's time instead of the clock's, for a machine that others use, with one
// thread, since several also spend it waiting for each other. A device works behind the caller's back: each forward and step ends with reading a number from it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const script = fileURLToPath(new URL('plain.py', import.meta.url));

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      batch: { type: 'string', default: '16' },
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '5' },
      classes: { type: 'string', default: '2995' },
      python: { type: 'string', default: '/usr/bin/python3' },
      device: { type: 'string', default: 'cpu' },
      precision: { type: 'string', default: 'float32' },
      clock: { type: 'string', default: 'wall' },
    },
  });
  const [batch, threads, rounds, classes] = [values.batch, values.threads, values.rounds, values.classes].map(Number);
  const { device, precision, clock } = values;
  if (!['float32', 'bf16'].includes(precision)) throw new Error(`--precision is float32 or bf16, not ${precision}.`);
  if (!['wall', 'cpu'].includes(clock)) throw new Error(`--clock is wall or cpu, not ${clock}.`);
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  try {
    const setting = { batch, threads, classes, device, precision, clock, weights: join(folder, 'weights.pth') };
    const ours = await openOurs(setting);
    const peer = await openPeer(values.python, setting);
    console.log(
      `${cpus()[0]?.model}, ${threads} threads, ${device}, ${precision}, batch ${batch}, ${classes} classes, ${clock} time`,
    );
    console.log(
      `ours: libtorch ${ours.version}; peer: PyTorch ${peer?.version ?? 'not found: only our side is timed'}\n`,
    );
    const works = [
      {
        name: 'one small call (add of 4 numbers)',
        do: 'small',
        times: 20_000,
        unit: (ms) => `${(1000 * ms).toFixed(2)} µs`,
      },
      {
        name: 'forward, evaluation',
        do: 'forward',
        times: 2,
        unit: (ms) => `${(ms / batch).toFixed(1)} ms/image, ${((1000 * batch) / ms).toFixed(1)} images/s`,
      },
      {
        name: 'training step, ArcFace',
        do: 'step',
        times: 2,
        unit: (ms) => `${(ms / batch).toFixed(1)} ms/image, ${((1000 * batch) / ms).toFixed(1)} images/s`,
      },
    ];
    const result = {};
    for (const work of works) {
      await ours.time(work.do, 1);
      await peer?.time(work.do, 1);
      const pairs = [];
      let fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let round = 0; round < rounds; round++) {
        const times = [
          await ours.time(work.do, work.times),
          peer ? await peer.time(work.do, work.times) : [Number.NaN],
        ];
        pairs.push(times.map(median));
        fastest = fastest.map((time, i) => Math.min(time, ...times[i]));
      }
      const [mine, theirs] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
      const ratios = pairs.map(([a, b]) => b / a).sort((x, y) => x - y);
      console.log(`${work.name}\n  ours ${work.unit(mine)}`);
      if (peer) {
        console.log(`  peer ${work.unit(theirs)}`);
        console.log(
          `  ratio, paired: ${median(ratios).toFixed(2)}× (${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)} over ${rounds} rounds)`,
        );
        console.log(
          `  fastest of each: ${work.unit(fastest[0])} and ${work.unit(fastest[1])}, ${(fastest[1] / fastest[0]).toFixed(2)}×`,
        );
      }
      result[work.do] = { ours: mine, peer: theirs, ratio: median(ratios) };
    }
    peer?.close();
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Our side in this process; it writes the weights that the peer loads. */
async function openOurs({ batch, threads, classes, device, precision, clock, weights }) {
  const torch = await import('@pocketnet/torch');
  const { backward, engineInfo, indexTensor, manualSeed, noGrad, ops, optim, scope } = torch;
  const { ArcFace, findNetwork } = await import('@pocketnet/lab');
  torch.requireDevice(device);
  torch.setThreads(threads);
  torch.allowTf32(false);
  manualSeed(0);
  const network = findNetwork('pocketnet-s-128').build();
  torch.saveTensors(weights, network.stateDict());
  network.to({ device });
  const head = new ArcFace(128, classes).to({ device });
  const images = ops.toDevice(ops.permute(ops.randn([batch, 112, 112, 3]), [0, 3, 1, 2]), device, 'float32');
  const labels = indexTensor(
    Array.from({ length: batch }, (_, i) => i % classes),
    device,
  );
  const kind = device === 'cpu' ? 'cpu' : 'cuda';
  const processorTime = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const now = clock === 'cpu' ? processorTime : () => performance.now();
  const precisely = precision === 'bf16' ? (body) => torch.autocast(kind, body) : (body) => body();
  const optimizers = [network, head].map((part) =>
    optim.sgd(part.parameters(), { lr: 1e-3, momentum: 0.9, weightDecay: 5e-4 }),
  );
  const four = ops.ones([4], 'float32', null, device);
  const work = {
    small: () => ops.add(four, four).dispose(),
    forward: () => {
      network.eval();
      noGrad(() => scope(() => ops.sum(precisely(() => network.forward(images))).item()));
    },
    step: () => {
      network.train();
      scope(() => {
        const loss = head.loss(
          ops.toDtype(
            precisely(() => network.forward(images)),
            'float32',
          ),
          labels,
        );
        for (const optimizer of optimizers) optimizer.zeroGrad();
        backward(loss);
        optim.clipGradNorm(network.parameters(), 5);
        for (const optimizer of optimizers) optimizer.step();
        loss.item();
      });
    },
  };
  return {
    version: engineInfo().version,
    async time(name, times) {
      return Array.from({ length: times }, () => {
        const start = now();
        work[name]();
        return now() - start;
      });
    },
  };
}

/** The peer as a child process that takes its turn when asked. */
async function openPeer(python, setting) {
  const flags = Object.entries(setting).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(python, [script, 'serve', ...flags], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', () => {});
  const first = await lines.next();
  if (first.done) return undefined;
  return {
    ...JSON.parse(first.value),
    async time(name, times) {
      child.stdin.write(`${JSON.stringify({ do: name, times })}\n`);
      return JSON.parse((await lines.next()).value).milliseconds;
    },
    close: () => child.stdin.end(),
  };
}
