// One rank of two: what becomes of gradients that not every rank has, of several backward passes, and of misuse.
import { backward, dataParallel, joinProcessGroup, nn, ops, tensor } from '@pocketnet/torch';

const group = joinProcessGroup({ timeoutSeconds: 30 });
const parameter = (value) => new nn.Parameter(tensor([value, value]));
const [both, first, none, frozen] = [1, 2, 3, 4].map(parameter);
frozen.requiresGrad = false;
const all = [both, first, none, frozen];
const replicas = dataParallel(all, group, { bucketBytes: 8 });
const loss = (scale) => {
  const own = ops.mulScalar(ops.sum(both), scale);
  return group.rank === 0 ? ops.add(own, ops.sum(first)) : own;
};
const read = () => all.map(({ grad }) => (grad === null ? null : [...grad.toArray()]));
const clear = () => {
  for (const each of all) each.grad = null;
};
const results = { buckets: replicas.buckets };

backward(loss(group.rank + 1));
replicas.finish();
results.once = read();

clear();
replicas.accumulate(() => backward(loss(10)));
results.kept = read();
backward(loss(group.rank));
replicas.finish();
results.accumulated = read();

clear();
replicas.finish();
results.nothing = read();

clear();
backward(loss(1));
try {
  backward(loss(1));
} catch (error) {
  results.twice = error.message;
}
replicas.finish();
replicas.close();
clear();
backward(loss(group.rank));
results.closed = read();

try {
  dataParallel([new nn.Linear(2 + group.rank, 2)], group);
} catch (error) {
  results.unlike = error.message;
}
group.barrier();
console.log(JSON.stringify(results));
