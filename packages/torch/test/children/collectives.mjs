// One rank of two: every collective on three dtypes. Prints what came out.
import { averageOverRanks, joinProcessGroup, meanOverRanks, onAnyRank, ops, tensor } from '@pocketnet/torch';

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
