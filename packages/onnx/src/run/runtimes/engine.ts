import { openPlan } from '@pocketnet/engine';
import { engineSession } from '../engine-session.js';
import type { Runtime } from '../runtime.js';

/** PocketNet's own engine in WebAssembly: plans, and ONNX models that it can compile. */
export const engine: Runtime = {
  packageName: '@pocketnet/engine',
  runsPlans: true,
  missing: async () => undefined,
  open: (model, options) => engineSession(model, options, openPlan),
};
