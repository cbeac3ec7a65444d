import { ortSession } from '../ort-session.js';
import { importRuntime, missingPackage, type Runtime } from '../runtime.js';

/** ONNX Runtime's native library on the CPU. A path is handed on of models beyond 2 GiB, whose data files it finds itself. */
export const native: Runtime = {
  packageName: 'onnxruntime-node',
  runsPlans: false,
  missing: async () => missingPackage('onnxruntime-node'),
  async open({ bytes, path, name }, { threads }) {
    const ort = await importRuntime(this.packageName, () => import('onnxruntime-node'));
    const options = {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    } as const;
    const session = await (path === undefined
      ? ort.InferenceSession.create(bytes, options)
      : ort.InferenceSession.create(path, options));
    return ortSession(session, ort.Tensor, name);
  },
};
