// What a gallery costs: opening it, enrolling so that it lasts, and searching.
//
// `npm run bench -- gallery [--size 1000000] [--people 250000] [--in open,enrol,search] [--folder DIR]`
//
// --size    templates of 128 numbers, invented
// --people  how many people they are of
// --folder  where the file of the gallery lies; the system's folder for temporary files unless said. A disk in memory makes enrolments look fast.
//
// Searches beside it: usearch, if `npm install --prefix benchmarks/gallery` was run, and pgvector, if POCKETNET_POSTGRES names a database.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enrolments } from './enrol.mjs';
import { opening } from './open.mjs';
import { searches } from './search.mjs';

const parts = { open: opening, enrol: enrolments, search: searches };

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: 'string', default: '1000000' },
      people: { type: 'string', default: '250000' },
      in: { type: 'string', default: 'open,enrol,search' },
      folder: { type: 'string', default: tmpdir() },
    },
  });
  const folder = mkdtempSync(join(values.folder, 'pocketnet-bench-'));
  console.log(`${cpus()[0].model}, Node ${process.version}; the file lies in ${folder}`);
  try {
    for (const part of values.in.split(','))
      await parts[part]({ folder, size: Number(values.size), people: Number(values.people) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
