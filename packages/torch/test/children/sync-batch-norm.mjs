// One rank of two with unequal batches: synchronised batch norm in float64, and the stock one on both batches together.
import { backward, joinProcessGroup, nn, ops, syncBatchNorm, tensor } from '@pocketnet/torch';

const group = joinProcessGroup({ timeoutSeconds: 30 });
const C = 3;
const numbers = (count, phase) => Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + phase) * 3 + 100);
const [first, second] = [2, 3]; // the ranks' N
const make = (values, shape) => tensor(values, shape, 'float64');
const per = C * 4;
const all = numbers((first + second) * per, 1);
const slopes = numbers((first + second) * per, 2).map((value) => value - 100);
const state = () => ({
  weight: make([0.5, 1, -2], [C]),
  bias: make([1, 0, 3], [C]),
  runningMean: make([0, 1, 2], [C]),
  runningVar: make([1, 2, 3], [C]),
  momentum: 0.1,
  eps: 1e-5,
});
const run = (values, factors, n, forward) => {
  const own = state();
  const input = new nn.Parameter(make(values, [n, C, 2, 2]));
  own.weight.requiresGrad = true;
  own.bias.requiresGrad = true;
  const output = forward(input, own);
  backward(ops.sum(ops.mul(output, make(factors, [n, C, 2, 2]))));
  const list = (value) => Array.from(value.toArray());
  return {
    output: list(output),
    input: list(input.grad),
    weight: list(own.weight.grad),
    bias: list(own.bias.grad),
    mean: list(own.runningMean),
    var: list(own.runningVar),
  };
};
const [from, n] = group.rank === 0 ? [0, first] : [first, second];
const part = (list) => list.slice(from * per, (from + n) * per);
const synchronised = run(part(all), part(slopes), n, (x, own) => syncBatchNorm(x, own, group));
const stock = run(all, slopes, first + second, (x, { weight, bias, runningMean, runningVar, momentum, eps }) =>
  ops.batchNorm(x, weight, bias, runningMean, runningVar, true, momentum, eps, false),
);
group.barrier();
console.log(JSON.stringify({ from: from * per, to: (from + n) * per, synchronised, stock }));
