// One step of one rank's shard, alone in its process: `node one-rank.mjs CLASSES RANKS BATCH EMBEDDING SAMPLING` prints bytes as JSON.
import { arcFaceMargin, ShardedHead } from '@pocketnet/lab';
import { backward, manualSeed, ops, optim, scope, setThreads, tensor } from '@pocketnet/torch';

const [classes, ranks, batch, embedding, sampling] = process.argv.slice(2).map(Number);

/** Rank 0 of a group in which the others happen to have the same: memory is the same as with real ones, and nothing is sent. */
const rankOf = (size) => ({
  rank: 0,
  size,
  allReduce: () => {},
  allGather: (block) => ops.cat(Array.from({ length: size }, () => block)),
});

function step(classes, size) {
  const head = new ShardedHead(embedding, classes, arcFaceMargin(), { group: rankOf(size), sampling });
  const optimizer = optim.sgd(head.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 });
  const own = batch / size;
  const seconds = [1, 2].map(() => {
    const start = process.cpuUsage();
    scope(() => {
      const embeddings = ops.randn([own, embedding]);
      embeddings.requiresGrad = true;
      const labels = Array.from({ length: own }, (_, i) => Math.floor((i * classes) / own));
      optimizer.zeroGrad(); // the gradients of the last step make room
      const loss = head.loss(embeddings, tensor(labels, [own], 'int64'));
      backward(loss);
      optimizer.step();
    });
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  const kept = [...head.stateDict().values(), ...optimizer.stateDict().values()];
  const held = kept.reduce((sum, { size }) => sum + 4 * size, 0);
  head.dispose();
  return { held, seconds: seconds[1] };
}

manualSeed(0);
setThreads(1); // memory does not depend on it, and on a busy machine threads wait for each other
step(1000, ranks); // what the engine itself needs is there from now on
const before = process.memoryUsage().rss;
const { held, seconds } = step(classes, ranks);
console.log(JSON.stringify({ held, peak: 1024 * process.resourceUsage().maxRSS - before, seconds }));
