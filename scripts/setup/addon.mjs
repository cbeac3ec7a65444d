/** The inference engine's addon; without a C compiler its WebAssembly serves. @throws {Error} when its C does not compile: an older addon would be tested */
export async function buildEngineAddon(log) {
  const { build } = await import('../../packages/engine-native/native/build.mjs');
  try {
    const { made } = await build();
    return made === 0 ? 'up to date' : 'built';
  } catch (error) {
    if (error.code !== 'NO_COMPILER') throw error;
    log(`the engine runs in WebAssembly: ${error.message}`);
    return 'not built';
  }
}

export async function buildAddon(log) {
  // Loaded late: before the packages are installed there is nothing that it could be built with.
  const { build } = await import('../../packages/torch/native/build.mjs');
  const { made } = await build({ log });
  return made === 0 ? 'up to date' : 'built';
}
