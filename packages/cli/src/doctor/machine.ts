import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Check } from './finding.js';

const oldestNode = [20, 19] as const;

export const machine: Check = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return [
    {
      name: 'node',
      state: isNew ? 'ok' : 'missing',
      text: `${process.versions.node} on ${process.platform}-${process.arch}`,
      ...(isNew ? {} : { remedy: `Install Node ${oldestNode.join('.')} or later.` }),
    },
    {
      name: 'processor',
      state: 'ok',
      text: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    },
  ];
};
