import type { Runtime } from '../runtime.js';
import { engine } from './engine.js';
import { engineNative } from './engine-native.js';
import { native } from './native.js';
import { wasm } from './wasm.js';

/** Every runtime by its name. */
export const RUNTIMES = { native, wasm, engine, 'engine-native': engineNative } as const satisfies Record<
  string,
  Runtime
>;

export type RuntimeName = keyof typeof RUNTIMES;

/** The engine's fastest runtime that works here: the addon where it is built, else WebAssembly. */
export const usualEngine = async (): Promise<'engine-native' | 'engine'> =>
  (await engineNative.missing()) === undefined ? 'engine-native' : 'engine';

/** Why each runtime cannot be used on this machine; undefined for those that can. */
export async function missingRuntimes(): Promise<Record<RuntimeName, string | undefined>> {
  const found = Object.entries(RUNTIMES).map(async ([name, runtime]) => [name, await runtime.missing()] as const);
  return Object.fromEntries(await Promise.all(found)) as Record<RuntimeName, string | undefined>;
}
