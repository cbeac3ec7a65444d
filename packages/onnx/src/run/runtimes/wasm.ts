import { ortSession } from '../ort-session.js';
import { importRuntime, missingPackage, type Runtime } from '../runtime.js';

/** Threads the module was started with; it is started once a process, by the first model. */
let started: number | undefined;

/** ONNX Runtime compiled to WebAssembly with SIMD, as browsers run it. */
export const wasm: Runtime = {
  packageName: 'onnxruntime-web',
  runsPlans: false,
  missing: async () => missingPackage('onnxruntime-web'),
  async open({ bytes, path, name }, { threads }) {
    if (path !== undefined)
      throw new Error('The model and the data files beside it are together larger than 2 GiB, which WASM cannot hold.');
    const ort = await importRuntime(this.packageName, () => import('onnxruntime-web'));
    const wanted = threads ?? started ?? 1;
    if (started !== undefined && started !== wanted) {
      throw new Error(
        `This process runs WASM with ${started} thread(s) since its first model, and cannot change to ${wanted}. ` +
          'Use another process for another number of threads.',
      );
    }
    started = wanted;
    ort.env.wasm.numThreads = wanted;
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    return ortSession(session, ort.Tensor, name);
  },
};
