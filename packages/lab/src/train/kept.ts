import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Weights kept along the way: `step-00001000.safetensors`. */
export const keptName = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/** Deletes the oldest kept weights beyond a number. */
export function pruneKept(folder: string, most: number): void {
  const kept = readdirSync(folder)
    .filter((name) => /^step-\d{8,}\.safetensors$/.test(name))
    .sort();
  for (const name of kept.slice(0, Math.max(0, kept.length - most))) rmSync(join(folder, name));
}

/** Deletes the half-written files (`.last.safetensors.123.ab.partial`) that a killed run has left. */
export function clearPartials(folder: string): void {
  for (const name of readdirSync(folder)) if (/^\..+\.partial$/.test(name)) rmSync(join(folder, name));
}
