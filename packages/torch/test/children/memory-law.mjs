// Prints the size of this process after 100 training steps of a small net and after 2,000.
import { readFileSync } from 'node:fs';
import { backward, manualSeed, nn, ops, optim, scope, tensor } from '@pocketnet/torch';

// What it has made, swapped out or not, beside what it has mapped of files at first: the system takes pages from it where memory is scarce.
const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]);

manualSeed(1);
const net = new nn.Sequential(
  new nn.Conv2d(3, 16, 3, { padding: 1 }),
  new nn.BatchNorm2d(16),
  new nn.PReLU(16),
  new nn.Conv2d(16, 16, 3, { padding: 1, groups: 16 }),
  new nn.MaxPool2d(2, 2, 0),
  new nn.Flatten(),
  new nn.Linear(16 * 36, 10),
);
const optimizer = optim.sgd(net.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 });
const sizes = [];
let files = 0;
for (let step = 1; step <= 2000; step++) {
  scope(() => {
    const pixels = Float32Array.from({ length: 4 * 3 * 144 }, (_, i) => Math.sin(i + step));
    const images = ops.contiguous(tensor([...pixels], [4, 3, 12, 12]), 'channels_last');
    optimizer.zeroGrad();
    backward(ops.crossEntropy(net.forward(images), tensor([0, 3, 5, 9], [4], 'int64')));
    optim.clipGradNorm(net.parameters(), 5);
    optimizer.step();
  });
  if (step === 100) files = kilobytes('RssFile');
  if (step === 100 || step === 2000) sizes.push(kilobytes('RssAnon') + kilobytes('VmSwap') + files);
}
console.log(JSON.stringify(sizes));
