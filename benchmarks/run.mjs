// npm run bench -- NAME [options]: each bench is a folder or file beside this one with `run(args)`.
const benches = {
  torch: () => import('./torch/bench.mjs'),
  loader: () => import('./loader.mjs'),
  resident: () => import('./resident.mjs'),
  distill: () => import('./distill/bench.mjs'),
  search: () => import('./search/bench.mjs'),
  megaface: () => import('./evaluate/megaface.mjs'),
  heads: () => import('./heads/sharded.mjs'),
  ijb: () => import('./evaluate/ijb.mjs'),
  engine: () => import('./engine/bench.mjs'),
  'engine-first': () => import('./engine/first.mjs'),
  'engine-profile': () => import('./engine/profile.mjs'),
  'engine-equality': () => import('./engine/equality.mjs'),
  'engine-accuracy': () => import('./engine/accuracy.mjs'),
  face: () => import('./face/bench.mjs'),
  'face-detector': () => import('./face/detector.mjs'),
  'face-quality': () => import('./face/quality.mjs'),
  'face-fuzz': () => import('./face/fuzz.mjs'),
  'face-leak': () => import('./face/leak.mjs'),
  'face-sort': () => import('./face/sort.mjs'),
  'face-rivals': () => import('./face/rivals/bench.mjs'),
  gallery: () => import('./gallery/bench.mjs'),
  'gallery-open-set': () => import('./gallery/open-set.mjs'),
  'onnx-profile': () => import('./onnx/profile.mjs'),
};

const [name, ...args] = process.argv.slice(2);
const open = benches[name];
if (!open) {
  console.error(`Which bench? ${Object.keys(benches).join(', ')}: npm run bench -- NAME [options]`);
  process.exit(2);
}
process.env.POCKETNET_KEEP_MEMORY ??= '1'; // as the command has it
await (await open()).run(args);
