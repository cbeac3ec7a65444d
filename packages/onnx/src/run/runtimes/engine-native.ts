import { engineSession } from '../engine-session.js';
import { importRuntime, type Runtime } from '../runtime.js';

const load = () => importRuntime('@pocketnet/engine-native', () => import('@pocketnet/engine-native'));

/** PocketNet's own engine as an addon. */
export const engineNative: Runtime = {
  packageName: '@pocketnet/engine-native',
  runsPlans: true,
  missing: async () => (await load()).nativeProblem(),
  open: async (model, options) => engineSession(model, options, (await load()).openPlan),
};
