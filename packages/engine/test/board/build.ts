import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoardFolder } from '@pocketnet/engine/board';
import type { Processor } from './processors.js';

const here = dirname(fileURLToPath(import.meta.url));

export function writeFolder({ files }: BoardFolder, to: string): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), text);
  }
}

/** A folder, built by its own Makefile. */
export interface Built {
  readonly folder: string;
  /** What make and the compiler said. */
  readonly said: string;
}

/** Builds a folder for a processor; each warning is an error. */
export function buildFolder(folder: string, { tools, compiler, flags, emulator }: Processor): Built {
  const linked = emulator.length > 0 ? '-static' : '';
  const { status, stdout, stderr } = spawnSync(
    'make',
    ['-B', `CC=${compiler}`, `AR=${tools}ar`, `CFLAGS=${flags.join(' ')} -Werror`, `LDFLAGS=${linked}`],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`make failed in ${folder}:\n${stdout}${stderr}`);
  return { folder, said: stderr };
}

/** What the function's object needs of others. */
export function undefinedSymbols({ folder }: Built, { tools }: Processor): string[] {
  const text = execFileSync(`${tools}nm`, ['-u', 'pocketnet.o'], { cwd: folder, encoding: 'utf8' });
  return [...text.matchAll(/\bU (\S+)/g)].map(([, name]) => name ?? '');
}

/** What one embedding took, and gave. */
export interface Measured {
  readonly embedding: Float32Array;
  readonly stackBytes: number;
  readonly codeBytes: number;
  readonly constantBytes: number;
  readonly arenaBytes: number;
}

/** Embeds a picture by a built folder, and measures it. */
export function measure({ folder }: Built, { tools, compiler, flags, emulator }: Processor, rgb: Uint8Array): Measured {
  const program = join(folder, 'measure');
  const linked = emulator.length > 0 ? ['-static'] : [];
  execFileSync(compiler, [
    ...flags,
    ...linked,
    '-I',
    folder,
    join(here, 'measure.c'),
    join(folder, 'pocketnet.a'),
    '-o',
    program,
  ]);
  const [command = '', ...words] = [...emulator, program];
  const { status, stdout, stderr } = spawnSync(command, words, { input: rgb, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return {
    embedding: new Float32Array(Uint8Array.from(stdout).buffer),
    stackBytes: Number(stderr),
    ...sections(folder, tools),
  };
}

/** The program's own memory, by the sections of its objects. */
function sections(folder: string, tools: string): Pick<Measured, 'codeBytes' | 'constantBytes' | 'arenaBytes'> {
  const text = execFileSync(`${tools}size`, ['-A', 'pocketnet.o', 'weights.o'], { cwd: folder, encoding: 'utf8' });
  const sum = (name: RegExp): number =>
    [...text.matchAll(/^(\.\S+)\s+(\d+)/gm)].reduce(
      (all, [, section, bytes]) => all + (name.test(section ?? '') ? Number(bytes) : 0),
      0,
    );
  return { codeBytes: sum(/^\.text/), constantBytes: sum(/^\.(rodata|data\.rel\.ro)/), arenaBytes: sum(/^\.bss/) };
}

/** Builds the engine, whole, as a program for a processor. @returns its path */
export function buildDriver(to: string, { compiler, flags, emulator }: Processor): string {
  const program = join(to, 'driver');
  const linked = emulator.length > 0 ? ['-static'] : [];
  const c = join(here, '../../c');
  const strict = ['-std=gnu11', '-Wall', '-Wextra', '-Wno-maybe-uninitialized', '-Werror'];
  execFileSync(compiler, [...flags, ...strict, ...linked, '-I', c, join(here, 'driver.c'), '-o', program]);
  return program;
}
