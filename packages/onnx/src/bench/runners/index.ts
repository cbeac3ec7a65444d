import type { Runner } from '../runner.js';
import { inChromium } from './chromium.js';
import { inNode } from './node.js';

/** Every place where a model can be timed, by its name. */
export const RUNNERS = {
  native: inNode('native'),
  wasm: inNode('wasm'),
  'engine-native': inNode('engine-native'),
  engine: inNode('engine'),
  'chromium-engine': inChromium('engine'),
  'chromium-engine-simd': inChromium('engine-simd'),
  'chromium-wasm': inChromium('wasm'),
  'chromium-webgpu': inChromium('webgpu'),
} as const satisfies Record<string, Runner>;

export type RunnerName = keyof typeof RUNNERS;

/** Why each cannot be used on this machine; undefined for those that can. */
export async function missingRunners(): Promise<Record<RunnerName, string | undefined>> {
  const found = Object.entries(RUNNERS).map(async ([name, runner]) => [name, await runner.missing()] as const);
  return Object.fromEntries(await Promise.all(found)) as Record<RunnerName, string | undefined>;
}
