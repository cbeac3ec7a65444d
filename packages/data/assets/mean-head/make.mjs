// Makes depth.int16 of a mean head's depth.npy:  node packages/data/assets/mean-head/make.mjs faces/mean_head
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder that holds depth.npy.');

/** Steps of a pixel of the template. */
const STEPS = 256;

const bytes = readFileSync(join(folder, 'depth.npy'));
const start = 10 + bytes.readUInt16LE(8); // .npy, version 1: magic, version, the header's length, the header
const header = bytes.toString('latin1', 10, start);
if (!header.includes("'<f4'") || !header.includes('(96, 96)')) throw new Error(`Not a depth of 96 x 96: ${header}`);
const depth = Int16Array.from({ length: 96 * 96 }, (_, i) => Math.round(STEPS * bytes.readFloatLE(start + 4 * i)));
writeFileSync(new URL('depth.int16', import.meta.url), new Uint8Array(depth.buffer));
