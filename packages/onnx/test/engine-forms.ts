import { setFlagsFromString } from 'node:v8';
import { FORMS, formRuns, type OpenedPlan, type OpenOptions, openPlan } from '@pocketnet/engine';
import { nativeForms, nativeProblem, openPlan as openNatively } from '@pocketnet/engine-native';

// Node 20 has the relaxed instructions behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

type Open = (bytes: Uint8Array, options?: OpenOptions) => Promise<OpenedPlan>;

/** Builds of one kind alone, native or wasm, where this says so. */
const only = process.env.POCKETNET_ENGINE_FORMS;

/** Every build of the engine that this machine can run, by its name. */
export const ENGINE_FORMS: Readonly<Record<string, Open>> = Object.fromEntries([
  ...(only === 'native' ? [] : FORMS.filter(formRuns)).map((form): [string, Open] => [
    form,
    (bytes, options) => openPlan(bytes, { ...options, form }),
  ]),
  ...(only !== 'wasm' && nativeProblem() === undefined ? nativeForms() : []).map((form): [string, Open] => [
    form,
    (bytes, options) => openNatively(bytes, { ...options, form }),
  ]),
]);
