import { readdirSync, readFileSync } from 'node:fs';

/**
 * The memory of the browser that this process has opened, in megabytes: what its pages' processes hold resident, those of workers included, and
 * the share of all of its processes (PSS). Linux only.
 */
export function browserMemory() {
  const megabytes = { pages: 0, all: 0 };
  for (const pid of descendants(process.pid)) {
    const command = read(pid, 'cmdline');
    if (!/chrom/.test(command)) continue;
    const rollup = read(pid, 'smaps_rollup');
    if (command.includes('--type=renderer')) megabytes.pages += kilobytes(rollup, 'Rss') / 1024;
    megabytes.all += kilobytes(rollup, 'Pss') / 1024;
  }
  return megabytes;
}

function descendants(root) {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // The name of a process stands in brackets and may hold blanks.
    const parent = /\) \S (\d+)/.exec(read(pid, 'stat'))?.[1];
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [];
  const open = [String(root)];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const own = children.get(pid) ?? [];
    found.push(...own);
    open.push(...own);
  }
  return found;
}

/** A file of a process, which may have ended meanwhile. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

const kilobytes = (rollup, field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
