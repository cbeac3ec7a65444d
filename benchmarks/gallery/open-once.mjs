// node open-once.mjs FILE: opens a gallery, and says what that took.
import { openSearch } from '@pocketnet/engine-native';
import { Gallery } from 'pocketnet/gallery';
import { openFileStore } from 'pocketnet/stores/file';
import { DIMENSION, inventor, MODEL } from './invented.mjs';

const start = performance.now();
const gallery = await Gallery.open(await openFileStore(process.argv[2]), { openSearch });
const opened = performance.now();
const { user, system } = process.cpuUsage();
const query = { model: MODEL, vector: inventor(2)() };
await gallery.identify(query);
const first = performance.now();
const times = [];
for (let i = 0; i < 20; i++) {
  const from = performance.now();
  await gallery.identify(query);
  times.push(performance.now() - from);
}
const [templates] = Object.values(gallery.counts.templates);
const { rss } = process.memoryUsage();
const vectors = templates * DIMENSION * 5;
console.log(
  `  opened in ${((opened - start) / 1000).toFixed(2)} s (processor ${((user + system) / 1e6).toFixed(2)} s); first identification ${(first - opened).toFixed(0)} ms, then at least ${Math.min(...times).toFixed(1)} ms; ` +
    `process ${(rss / 1e6).toFixed(0)} MB, of which the vectors as int8 and float ${(vectors / 1e6).toFixed(0)} MB`,
);
await gallery.close();
