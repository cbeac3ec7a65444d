// node waiting.mjs join|operation: a rank that handles signals itself and waits for another one, in an operation rank 0 for the last.
import { joinProcessGroup, tensor } from '@pocketnet/torch';

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
const say = (word) => process.stdout.write(`${word}\n`);
try {
  if (process.argv[2] === 'join') say('waiting');
  const group = joinProcessGroup({ timeoutSeconds: 60 });
  if (group.rank > 0) await new Promise((resolve) => setTimeout(resolve, 60_000));
  say('waiting');
  group.allReduce(tensor([1]), 'sum');
} catch (error) {
  say(`${error.name}: ${error.message}`);
  process.exit(3);
}
