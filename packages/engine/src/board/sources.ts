import { readdir, readFile } from 'node:fs/promises';
import type { Plan } from '../plan/plan.js';
import { hasStep, OPTIONAL } from './network.js';

const c = new URL('../../c/', import.meta.url);

/** The engine's files that no board needs: opening a plan, and WebAssembly. */
const LEFT_OUT = ['check.c', 'checksum.c', 'shape.c', 'memory.c', 'open.c', 'layout.c', 'wasm.c', 'targets/wasm.h'];

/** The C that computes a plan, by its path in a board's folder, as it is in the engine. */
export async function engineSources(plan: Plan): Promise<Map<string, string>> {
  const without = new Set([...LEFT_OUT, ...OPTIONAL.filter((kind) => !hasStep(plan, kind)).map((kind) => `${kind}.c`)]);
  const files = new Map<string, string>();
  for (const folder of ['', 'targets/'])
    for (const name of (await readdir(new URL(folder, c))).sort())
      if (/\.[ch]$/.test(name) && !without.has(folder + name))
        files.set(`engine/${folder}${name}`, await readFile(new URL(folder + name, c), 'utf8'));
  return files;
}

/** The files that are the same for every network. */
export async function commonSources(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of ['pocketnet.c', 'main.c', 'Makefile'])
    files.set(name, await readFile(new URL(`board/${name}`, c), 'utf8'));
  return files;
}
