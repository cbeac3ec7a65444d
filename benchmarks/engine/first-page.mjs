// first.mjs in a browser's page.
const embedIn = {
  async engine() {
    const { openPlan } = await import('@pocketnet/engine');
    return async (bytes, image) => (await openPlan(bytes)).run(image);
  },
  async ort() {
    const { InferenceSession, Tensor, env } = await import('/onnxruntime-web/ort.wasm.min.mjs');
    env.wasm.wasmPaths = '/onnxruntime-web/';
    env.wasm.numThreads = 1;
    return async (bytes, image) => {
      const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
      return session.run({ input: new Tensor('float32', image, [1, 3, 112, 112]) });
    };
  },
};

/** Milliseconds from bytes to the first embedding. */
export async function run() {
  const embed = await embedIn[await (await fetch('/way')).text()]();
  const bytes = new Uint8Array(await (await fetch('/model')).arrayBuffer());
  const image = new Float32Array(3 * 112 * 112).fill(0.1);
  const begun = performance.now();
  await embed(bytes, image);
  return performance.now() - begun;
}
