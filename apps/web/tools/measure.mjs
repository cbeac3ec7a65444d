// What the page costs, measured in Chromium: npm run web:measure [-- visit | sort | memory]
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const measures = {
  visit: () => import('./measure-visit.mjs'),
  sort: () => import('./measure-sort.mjs'),
  memory: () => import('./measure-memory.mjs'),
};

const [name = 'visit', ...args] = process.argv.slice(2);
const open = measures[name];
if (!open) {
  console.error(`Measure what? ${Object.keys(measures).join(', ')}`);
  process.exit(2);
}
const load = readFileSync('/proc/loadavg', 'utf8').trim();
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Chromium; load ${load}`);
await (await open()).run(...args);
