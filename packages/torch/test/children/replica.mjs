// node replica.mjs synchronised|frozen: three steps of a small net on this rank's part of the batch (all of it without other ranks).
import {
  backward,
  dataParallel,
  joinProcessGroup,
  manualSeed,
  nn,
  ops,
  optim,
  scope,
  synchroniseBatchNorm,
  tensor,
} from '@pocketnet/torch';

const mode = process.argv[2];
const group = joinProcessGroup({ timeoutSeconds: 30 });
const WHOLE = 8;

manualSeed(group.rank === 0 ? 5 : 99); // the other ranks start elsewhere: rank 0's weights count
const net = new nn.Sequential(
  new nn.Conv2d(3, 8, 3, { padding: 1 }),
  new nn.BatchNorm2d(8),
  new nn.PReLU(8),
  new nn.Conv2d(8, 8, 3, { padding: 1, groups: 8 }),
  new nn.Conv2d(8, 12, 1),
  new nn.BatchNorm2d(12, { affine: false }),
  new nn.ReLU(),
  new nn.MaxPool2d(2, 2, 0),
  new nn.Flatten(),
  new nn.Linear(12 * 9, 5),
);
const idle = new nn.Linear(3, 3); // never used: weight decay must not touch it either
const parts = [net, idle];
const replicas = dataParallel(parts, group, { bucketBytes: 2048 });
if (mode === 'synchronised') synchroniseBatchNorm(net, group);
else {
  for (const [, layer] of net.modules()) {
    if (!(layer instanceof nn.BatchNorm2d)) continue;
    ops.fill_(layer.running_mean, 0.1);
    ops.fill_(layer.running_var, 0.7);
    layer.eval();
  }
}

const parameters = parts.flatMap((part) => part.parameters());
const optimizer = optim.sgd(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 5e-2 });
const share = WHOLE / group.size;
for (let step = 0; step < 3; step++) {
  scope(() => {
    const pixels = Array.from(
      { length: WHOLE * 3 * 36 },
      (_, i) => Math.sin(0.37 * i + step) + Math.cos(0.011 * i * i),
    );
    const whole = ops.contiguous(tensor(pixels, [WHOLE, 3, 6, 6]), 'channels_last');
    const labels = tensor([0, 3, 1, 4, 2, 2, 0, 1], [WHOLE], 'int64');
    const mine = [group.rank * share, (group.rank + 1) * share];
    optimizer.zeroGrad();
    backward(ops.crossEntropy(net.forward(ops.slice(whole, 0, ...mine)), ops.slice(labels, 0, ...mine)));
    replicas.finish();
    optimizer.step();
  });
}
const state = {};
for (const [i, part] of parts.entries()) {
  for (const [name, value] of part.stateDict()) state[`${i}.${name}`] = Array.from(value.toArray(), Number);
}
group.barrier();
console.log(JSON.stringify({ buckets: replicas.buckets, state }));
