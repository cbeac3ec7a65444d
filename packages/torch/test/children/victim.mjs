// node victim.mjs killed|late: the last rank ends without a word in step 3, or does not come to it in time. The others report their error.
import { backward, dataParallel, joinProcessGroup, nn, ops, scope } from '@pocketnet/torch';

const manner = process.argv[2];
const group = joinProcessGroup({ timeoutSeconds: manner === 'late' ? 3 : 60 });
const net = new nn.Linear(64, 64);
const replicas = dataParallel([net], group);
for (let step = 1; step <= 1000; step++) {
  if (step === 3 && group.rank === group.size - 1) {
    if (manner === 'killed') process.kill(process.pid, 'SIGKILL');
    else await new Promise((resolve) => setTimeout(resolve, 6000));
  }
  scope(() => {
    backward(ops.sum(net.forward(ops.randn([8, 64]))));
    replicas.finish();
  });
}
