// Every build of the engine that this machine can run.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--experimental-wasm-relaxed-simd'); // Node 20 hides them

const { FORMS, formRuns, openPlan } = await import('@pocketnet/engine');
const { nativeForms, nativeProblem, openPlan: openNatively } = await import('@pocketnet/engine-native');

export const forms = [
  ...(nativeProblem() === undefined ? nativeForms() : []).map((form) => ({
    form,
    open: (bytes, options) => openNatively(bytes, { ...options, form }),
  })),
  ...FORMS.filter(formRuns).map((form) => ({
    form: `wasm ${form}`,
    open: (bytes, options) => openPlan(bytes, { ...options, form }),
  })),
];
