// One rank of a search whose ranks have seeds of their own, as if their processors made other weights of one: prints how many of its first
// weights, statistics and alphas differ from the others'.
import { checkSearch } from '@pocketnet/lab';
import { joinProcessGroup, ops } from '@pocketnet/torch';
import { openSearch } from '../../dist/search/open-search.js';

const group = joinProcessGroup({ timeoutSeconds: 60 });
const { config } = checkSearch(
  {
    data: { train: 'generated:identities=4,images=8,seed=1,size=32', size: 32, workers: 0 },
    ...{ network: { channels: 4, cells: 3, nodes: 2 }, batch: 4, epochs: 1, threads: 1, seed: 1 + group.rank },
  },
  'test',
);
const search = await openSearch(config, { out: 'nowhere', resumed: false, group });
const held = [...search.network.heldTensors()].map((each) => ops.toDtype(ops.reshape(each, [1, -1]), 'float32'));
const all = group.allGather(ops.cat(held, 1)).toFloat32();
const size = all.length / 2;
console.log(
  JSON.stringify({ size, differ: all.subarray(0, size).filter((value, i) => value !== all[size + i]).length }),
);
group.barrier();
await search.halves.close();
process.exit(0);
