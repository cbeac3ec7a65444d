import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Arithmetic } from '../plan/format.js';
import type { Plan } from '../plan/plan.js';
import { hasStep, OPTIONAL, withoutNumbers } from './network.js';

const c = new URL('../../c/', import.meta.url);

/** What boards are no target of. */
const LEFT_OUT = ['targets/wasm.h'];

/** The C that computes a plan, by its path in a board's folder, as it is in the engine: all that engine.c includes in a board's build. */
export async function engineSources(plan: Plan, arithmetic: Arithmetic): Promise<Map<string, string>> {
  const lacks = OPTIONAL.filter((kind) => !hasStep(plan, kind)).map((kind) => `#if PN_HAS_${kind.toUpperCase()}`);
  const without = withoutNumbers(arithmetic).map((numbers) => `#if !defined(${numbers})`);
  const skipped = ['#if !defined(PN_BOARD_PLAN)', '#if !defined(PN_WITHOUT_HALVES)', ...without, ...lacks];
  const files = new Map<string, string>();
  const follow = async (name: string): Promise<void> => {
    if (files.has(`engine/${name}`) || LEFT_OUT.includes(name)) return;
    const text = await readFile(new URL(name, c), 'utf8');
    files.set(`engine/${name}`, text);
    for (const included of includesOf(text, skipped)) await follow(posix.join(posix.dirname(name), included));
  };
  await follow('engine.c');
  return files;
}

/** Files of our own that a text includes, outside of the conditions that are skipped. */
function includesOf(text: string, skipped: readonly string[]): string[] {
  const conditions: boolean[] = [];
  const found: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#if')) conditions.push(skipped.includes(line));
    if (line.startsWith('#endif')) conditions.pop();
    const [, name] = /^#include "(.+)"/.exec(line) ?? [];
    if (name !== undefined && !conditions.includes(true)) found.push(name);
  }
  return found;
}

/** The files that are the same for every network. */
export async function commonSources(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of ['pocketnet.c', 'main.c', 'Makefile'])
    files.set(name, await readFile(new URL(`board/${name}`, c), 'utf8'));
  return files;
}
