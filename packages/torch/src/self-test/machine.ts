import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { arch, cpus } from 'node:os';

/** The processor's name, as a person knows it. */
export const processorName = (): string => cpus()[0]?.model.trim() || `this ${arch()} processor`;

/** All that kernels are chosen by: name and instructions of the processor, and the caches that it, or its hypervisor, shows. */
export function processorIdentity(): string {
  if (process.platform !== 'linux') return [process.platform, arch(), processorName()].join('\n');
  return [arch(), firstProcessor(), ...cacheSizes()].join('\n');
}

/** Its lines in /proc/cpuinfo but those that change from moment to moment. */
function firstProcessor(): string {
  const bytes = Buffer.alloc(16384);
  const file = openSync('/proc/cpuinfo', 'r');
  const length = readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  const [first = ''] = bytes.toString('utf8', 0, length).split('\n\n');
  return first
    .split('\n')
    .filter((line) => !/MHz|bogomips|apicid|core id|physical id/.test(line))
    .join('\n');
}

function cacheSizes(): string[] {
  const folder = '/sys/devices/system/cpu/cpu0/cache';
  if (!existsSync(folder)) return [];
  const sizes = readdirSync(folder)
    .sort()
    .map((name) => `${folder}/${name}/size`);
  return sizes.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8').trim());
}
