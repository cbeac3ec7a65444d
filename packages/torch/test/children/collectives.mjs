// One rank of two: every collective on three dtypes. Prints what came out.
import {
  averageOverRanks,
  copyFromFirst,
  joinProcessGroup,
  manualSeed,
  meanOverRanks,
  nn,
  numbersOfFirst,
  onAnyRank,
  ops,
  tensor,
} from '@pocketnet/torch';

const group = joinProcessGroup({ timeoutSeconds: 30 });
const { rank } = group;
const values = (of) => Array.from(of.toArray(), Number);
const results = { rank, size: group.size };

for (const dtype of ['float32', 'float64', 'int64']) {
  const mine = () => tensor(rank === 0 ? [1, -2, 30] : [4, 5, -6], [3], dtype);
  const reduced = (reduction) => {
    const each = mine();
    group.allReduce(each, reduction);
    return values(each);
  };
  const sent = mine();
  group.broadcast(sent, 1);
  const gathered = group.allGather(ops.reshape(mine(), [1, 3]));
  const scalars = group.allGather(tensor([rank + 7], [], dtype));
  results[dtype] = {
    sum: reduced('sum'),
    max: reduced('max'),
    min: reduced('min'),
    broadcast: values(sent),
    gathered: values(gathered),
    gatheredShape: gathered.shape,
    gatheredDtype: gathered.dtype,
    scalars: values(scalars),
  };
}

// Several under way at once, one of them a view with gaps.
const table = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
const column = ops.slice(table, 1, 1, 2);
const plain = tensor([rank]);
const works = [group.allReduceAsync(column, 'sum'), group.allReduceAsync(plain, 'max'), group.broadcastAsync(plain, 0)];
works[0].wait();
works[1].wait();
works[2].wait();
works[2].wait();
results.table = values(table);
results.plain = values(plain);
results.empty = values(group.allGather(tensor([], [0])));
results.any = [onAnyRank(group, rank === 1), onAnyRank(group, false)];
results.means = meanOverRanks([rank, 4 * rank + 0.5], group);
const several = [
  tensor([rank, 2]),
  ops.permute(
    tensor(
      [
        [0, 1],
        [2, rank],
      ].flat(),
      [2, 2],
    ),
    [1, 0],
  ),
  tensor([6 * rank], []),
];
averageOverRanks(several, group);
results.averaged = several.map(values);
manualSeed(1 + rank); // as two kinds of processors would, the ranks begin apart
const layer = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm2d(2));
const apart = () => {
  const all = group.allGather(
    ops.cat(
      [...layer.heldTensors()].map((each) => ops.toDtype(ops.reshape(each, [1, -1]), 'float32')),
      1,
    ),
  );
  const numbers = values(all);
  return numbers.slice(0, numbers.length / 2).filter((value, i) => value !== numbers[numbers.length / 2 + i]).length;
};
results.apart = [apart()];
copyFromFirst([layer], group);
results.apart.push(apart());
results.first = [...numbersOfFirst(Float32Array.of(rank + 0.5, 7), group)];
group.barrier();

const failures = [];
const attempt = (body) => {
  try {
    body();
    failures.push('');
  } catch (error) {
    failures.push(error.message);
  }
};
attempt(() => group.broadcast(plain, 5));
attempt(() => group.allReduce(plain, 'median'));
attempt(() => group.allReduce('no tensor', 'sum'));
group.close();
attempt(() => group.allReduce(plain, 'sum'));
group.close();
results.failures = failures;
console.log(JSON.stringify(results));
