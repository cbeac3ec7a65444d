import { type OpenedPlan, type OpenOptions, openPlan } from '@pocketnet/engine';
import type { openPlan as openNatively } from '@pocketnet/engine-native';
import { isNode } from './place.js';

/** Opens a plan: `openPlan` of `@pocketnet/engine` or of `@pocketnet/engine-native`, or what does the same. */
export type PlanOpener = (bytes: Uint8Array, options: OpenOptions) => Promise<OpenedPlan>;

/**
 * What computes. `fastest` is the addon in Node where `@pocketnet/engine-native` is installed, WebAssembly elsewhere. `strict` is WebAssembly
 * in the one form that gives the same bits everywhere.
 */
export type Engine = 'fastest' | 'strict' | PlanOpener;

/** The opener that an engine stands for. */
export async function openerOf(engine: Engine): Promise<PlanOpener> {
  if (typeof engine === 'function') return engine;
  if (engine === 'strict') return (bytes, options) => openPlan(bytes, { ...options, form: 'simd' });
  return (await natively()) ?? openPlan;
}

/** A name that bundlers do not follow: the addon is Node's alone. */
const ADDON = '@pocketnet/engine-native';

async function natively(): Promise<typeof openNatively | undefined> {
  if (!isNode()) return undefined;
  try {
    const addon = await import(/* @vite-ignore */ /* webpackIgnore: true */ ADDON);
    return addon.nativeProblem() === undefined ? addon.openPlan : undefined;
  } catch {
    return undefined; // not installed
  }
}
