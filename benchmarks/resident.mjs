// npm run bench -- resident [LOCATION] [--device cpu] [--batch 64] [--rounds 5]: a batch of the loader, whose images are decoded and augmented on
// this thread and then sent to the device, beside one of images that live there as bytes. Milliseconds a batch, taking turns.
import { parseArgs } from 'node:util';

const AUGMENT = [
  { name: 'flip', p: 0.5 },
  { name: 'similarity', p: 0.5, degrees: 5, scale: 0.05, shift: 0.025 },
  { name: 'colour', p: 0.5 },
  { name: 'grayscale', p: 0.05 },
  { name: 'downscale', p: 0.1 },
];

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      device: { type: 'string', default: 'cpu' },
      batch: { type: 'string', default: '64' },
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: '1' },
    },
  });
  const { createLoader } = await import('@pocketnet/data');
  const { createResidentLoader } = await import('@pocketnet/lab');
  const { engineInfo, fromArray, ops, scope, setThreads } = await import('@pocketnet/torch');
  const [batch, rounds, threads] = [values.batch, values.rounds, values.threads].map(Number);
  const { device } = values;
  const location = positionals[0] ?? 'generated:identities=40,images=20';
  setThreads(threads);
  const options = { batch, seed: 1, augment: AUGMENT };
  const loaders = {
    'loader, sent to the device': createLoader(location, { ...options, workers: 0 }),
    'living on the device': await createResidentLoader(location, { ...options, device, quiet: false }),
  };
  /** Waits for the device: a number is read from the batch. */
  const arrive = ({ images }) =>
    scope(() => {
      const tensor =
        images instanceof Float32Array ? ops.toDevice(fromArray(images, [images.length]), device, 'float32') : images;
      return ops.sum(tensor).item();
    });
  const perBatch = async (loader, epoch) => {
    let [batches, from] = [0, performance.now()];
    for await (const each of loader.epoch(epoch)) {
      arrive(each);
      each.release();
      if (++batches === 8) break;
    }
    return (performance.now() - from) / batches;
  };
  const times = Object.fromEntries(Object.keys(loaders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, loader] of Object.entries(loaders)) {
      const time = await perBatch(loader, round);
      if (round > 0) times[name].push(time);
    }
  }
  await Promise.all(Object.values(loaders).map((loader) => loader.close()));
  console.log(`libtorch ${engineInfo().version}, ${device}, ${threads} threads, batches of ${batch}`);
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  for (const [name, list] of Object.entries(times)) console.log(`${name}: ${median(list).toFixed(1)} ms a batch`);
  const ratios = times['living on the device'].map((time, i) => times['loader, sent to the device'][i] / time);
  console.log(
    `ratio, paired: ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
}
