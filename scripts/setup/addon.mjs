export async function buildAddon(log) {
  // Loaded late: before the packages are installed there is nothing that it could be built with.
  const { build } = await import('../../packages/torch/native/build.mjs');
  const { made } = await build({ log });
  return made === 0 ? 'up to date' : 'built';
}
