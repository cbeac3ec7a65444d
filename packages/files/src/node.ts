// What touches disks.
export { AtomicFile, leftAside, writeAtomically, writeFileAtomic, writeFully } from './disk/atomic-file.js';
export { Owner } from './disk/owner.js';
export { readFileBytes, readFileHead } from './disk/read-file.js';
export { namingFile, systemFaults, systemSentence } from './disk/system-error.js';
export { readTensors, writeTensors } from './disk/tensor-file.js';
