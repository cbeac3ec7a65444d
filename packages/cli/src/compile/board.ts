import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { boardFolder } from '@pocketnet/engine/board';
import { writeAtomically } from '@pocketnet/files/node';
import { facts, grouped, note, printResult } from '../output.js';
import type { CommonOptions } from '../verb.js';

interface Options extends CommonOptions {
  path: string;
  out: string;
  licence?: string;
}

/** Writes a plan as a folder of C. */
export async function writeBoardFolder(plan: Uint8Array, { path, out, licence, ...options }: Options): Promise<void> {
  refuseForeign(out);
  const { files, figures } = await boardFolder(plan, {
    name: path,
    ...(licence !== undefined && { licence: readFileSync(licence, 'utf8') }),
  });
  const texts = [...files].map(([name, text]) => ({ to: join(out, name), bytes: new TextEncoder().encode(text) }));
  writeAtomically(
    texts.map(({ to }) => to),
    (...opened) => {
      for (const [i, { bytes }] of texts.entries()) opened[i]?.write(bytes);
    },
  );
  if (licence === undefined) note("--licence <file> puts the text of the weights' licence beside them.");
  const { weightBytes, tableBytes, arenaBytes, work } = figures;
  printResult(options, { out, files: files.size, weightBytes, tableBytes, arenaBytes, multiplyAdds: work }, () =>
    facts([
      ['written', `${out}, ${files.size} files; its README says how to build them`],
      ['flash', `${grouped(weightBytes)} bytes of weights, ${grouped(tableBytes)} of tables, and the code`],
      ['arena', `${grouped(arenaBytes)} bytes of RAM`],
      ['multiply-adds', `${(work / 1e6).toFixed(1)} M`],
    ]),
  );
}

/** A folder with other things in it than an earlier one of these is left alone. */
function refuseForeign(out: string): void {
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new Error(`${out} is a file. C becomes a folder: name one with --out.`);
  const [found] = existsSync(out) && !existsSync(join(out, 'network.c')) ? readdirSync(out) : [];
  if (found !== undefined)
    throw new Error(
      `${out} is not empty (it holds ${found}), and no C was written there. Name a new folder with --out.`,
    );
}
