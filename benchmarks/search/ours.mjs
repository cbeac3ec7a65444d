// Our side of the bench, as a process of its own like the peer, so that the peak of its memory is its own.
import { createInterface } from 'node:readline';
import { bilevelStep, classifying, distilling, fairPath, pathStep, SearchNetwork } from '@pocketnet/lab';
import { engineInfo, manualSeed, ops, optim, scope, setThreads } from '@pocketnet/torch';

const { threads, batch, channels, cells, size, classes } = JSON.parse(process.argv[2]);
setThreads(threads);
manualSeed(0);
// A process searches in one way, so that the peak of its memory is that way's own.
const learnsByDistillation = process.argv[3] === 'distilled';
const network = new SearchNetwork({ classes: learnsByDistillation ? 0 : classes, channels, cells, input: size });
const rule = { lr: 0.1, momentum: 0.9, weightDecay: 3e-4 };
const optimizer = optim.sgd(network.weights, rule);
const architect = optim.adam(network.alphas, { lr: 1.2e-3, betas: [0.5, 0.999], weightDecay: 1e-3 });
const half = () =>
  scope(() => ({
    images: ops.permute(ops.randn([batch, size, size, 3]), [0, 3, 1, 2]),
    labels: ops.toDtype(ops.arange(batch), 'int64'),
    targets: ops.normalize(ops.randn([batch, 128])),
  }));
const data = { train: half(), val: half() };
const objective = learnsByDistillation ? distilling({ loss: 'cosine', weight: 4000, relation: 0 }, 0) : classifying;
let steps = 0;

const ways = {
  first: () => bilevelStep({ ...gradient, order: 1 }, data, rule),
  second: () => bilevelStep({ ...gradient, order: 2 }, data, rule),
  'single-path': () =>
    pathStep({ net: network.net, optimizer, objective, clip: 5 }, fairPath(1, steps++, 4), data.train, rule.lr),
};
const gradient = { network, objective, optimizer, architect, updates: 'darts', clip: 5 };

/** What the process holds before its first step: libtorch, the network, the images. */
const idleMiB = process.memoryUsage.rss() / 2 ** 20;

console.log(JSON.stringify({ version: engineInfo().version, threads }));
for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, times } = JSON.parse(line);
  const before = process.cpuUsage();
  const seconds = Array.from({ length: times }, () => {
    const start = performance.now();
    ways[what]();
    return (performance.now() - start) / 1000;
  });
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({ seconds, busy: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024, idleMiB }),
  );
}
