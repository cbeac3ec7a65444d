import type { Runtime } from '../runtime.js';
import { native } from './native.js';
import { wasm } from './wasm.js';

/** Every runtime by its name. */
export const RUNTIMES = { native, wasm } as const satisfies Record<string, Runtime>;

export type RuntimeName = keyof typeof RUNTIMES;
