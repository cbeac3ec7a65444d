// Our side of the bench, as a process of its own like the peer, so that the peak of its memory is its own.
import { createInterface } from 'node:readline';
import { bilevelStep, SearchNetwork } from '@pocketnet/lab';
import { engineInfo, manualSeed, ops, optim, scope, setThreads } from '@pocketnet/torch';

const { threads, batch, channels, cells, size, classes } = JSON.parse(process.argv[2]);
setThreads(threads);
manualSeed(0);
const network = new SearchNetwork({ classes, channels, cells, input: size });
const rule = { lr: 0.1, momentum: 0.9, weightDecay: 3e-4 };
const optimizer = optim.sgd(network.weights, rule);
const architect = optim.adam(network.alphas, { lr: 1.2e-3, betas: [0.5, 0.999], weightDecay: 1e-3 });
const half = () =>
  scope(() => ({
    images: ops.permute(ops.randn([batch, size, size, 3]), [0, 3, 1, 2]),
    labels: ops.toDtype(ops.arange(batch), 'int64'),
  }));
const data = { train: half(), val: half() };

console.log(JSON.stringify({ version: engineInfo().version, threads }));
for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, times } = JSON.parse(line);
  const order = what === 'second' ? 2 : 1;
  const before = process.cpuUsage();
  const seconds = Array.from({ length: times }, () => {
    const start = performance.now();
    bilevelStep({ network, optimizer, architect, order, updates: 'darts', clip: 5 }, data, rule);
    return (performance.now() - start) / 1000;
  });
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds, busy: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 }));
}
