import { readdirSync, readFileSync } from 'node:fs';

/**
 * The memory of the browser that this process has opened, in mebibytes. Linux only. Of the page's process, workers included: its own, and what it
 * shares with others, which is nearly all Chromium's cache of pictures (4 MiB pieces that the system may take back). And the share of all of the
 * browser's processes (PSS).
 */
export function browserMemory() {
  const memory = { own: 0, shared: 0, all: 0 };
  for (const pid of descendants(process.pid)) {
    const command = read(pid, 'cmdline');
    if (!/chrom/.test(command)) continue;
    memory.all += kilobytes(read(pid, 'smaps_rollup'), 'Pss') / 1024;
    const status = read(pid, 'status');
    const own = kilobytes(status, 'RssAnon') / 1024;
    // Others of its kind are the browser's own, and spare.
    if (!command.includes('--type=renderer') || own < memory.own) continue;
    Object.assign(memory, { own, shared: kilobytes(status, 'RssShmem') / 1024 });
  }
  return memory;
}

/** In words. */
export const inWords = ({ own, shared, all }) =>
  `the page and its workers ${own.toFixed(0)} MiB and ${shared.toFixed(0)} MiB shared, the browser ${all.toFixed(0)} MiB`;

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

const kilobytes = (text, field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
