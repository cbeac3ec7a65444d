import { type OpenedPlan, type OpenOptions, openPlan, readPlanMetadata } from '@pocketnet/engine';
import type { openPlan as openNatively } from '@pocketnet/engine-native';
import { isNode } from './place.js';

/** Opens a plan: `openPlan` of `@pocketnet/engine` or of `@pocketnet/engine-native`, or what does the same. */
export type PlanOpener = (bytes: Uint8Array, options: OpenOptions) => Promise<OpenedPlan>;

/**
 * What computes. `fastest` is the addon in Node where `@pocketnet/engine-native` is installed, WebAssembly elsewhere, in the arithmetic that is
 * fastest there. `strict` gives the same bits everywhere: integers of 16 bits, or, of a plan that has floats alone, WebAssembly in one form.
 */
export type Engine = 'fastest' | 'strict' | PlanOpener;

/** The opener that an engine stands for. */
export async function openerOf(engine: Engine): Promise<PlanOpener> {
  if (typeof engine === 'function') return engine;
  const fastest = (await natively()) ?? openPlan;
  return engine === 'strict' ? strictly(fastest) : fastest;
}

/** Integers give the same bits in every form; floats, of plans without integers, in one. */
const strictly =
  (fastest: PlanOpener): PlanOpener =>
  async (bytes, options) =>
    readPlanMetadata(bytes, options.name).arithmetics?.includes('int16')
      ? fastest(bytes, { ...options, arithmetic: 'int16' })
      : openPlan(bytes, { ...options, form: 'simd' });

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
