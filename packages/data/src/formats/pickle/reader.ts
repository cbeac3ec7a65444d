import { PickleError } from './globals.js';
import { Machine } from './machine.js';
import { OPCODES } from './opcodes.js';
import type { PickleValue } from './values.js';

/**
 * Reads a pickle of protocols 0 to 5 (Python's `pickletools` describes the opcodes) as plain data. It imports and runs
 * nothing: a pickle may only name what `globals.ts` lists. Byte strings are views on `bytes`; time and memory grow with the
 * length of `bytes` alone.
 *
 * @throws PickleError, a sentence without a full stop.
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  const machine = new Machine(bytes);
  for (;;) {
    const start = machine.position;
    const opcode = machine.length(1);
    if (opcode === STOP) return machine.pop();
    const action = OPCODES[opcode];
    if (action === undefined) {
      throw new PickleError(`byte ${start} (${opcode}) is no pickle opcode that lists of images need`);
    }
    action(machine);
  }
}

const STOP = '.'.charCodeAt(0);
