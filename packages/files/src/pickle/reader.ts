import { FileError } from '../file-error.js';
import { Machine } from './machine.js';
import { OPCODES, STOP } from './opcodes.js';
import { type PickleClasses, PickleError } from './values.js';

/**
 * Reads a pickle of protocols 0 to 5 (Python's `pickletools` describes the opcodes) as plain data. It imports and runs nothing: a pickle
 * may only name what `classes` has. Dictionaries become Maps; lists, tuples and sets arrays; integers numbers where these are exact and
 * bigints elsewhere; byte strings are views of `bytes`. Time and memory grow with the length of `bytes` alone.
 *
 * @param name what to call the file in errors
 * @param begin where the pickle starts in `bytes`
 * @returns the value, and the offset just after the pickle
 * @throws FileError that says what is wrong, and at which byte
 */
export function readPickle(
  bytes: Uint8Array,
  name: string,
  classes: PickleClasses,
  begin = 0,
): { value: unknown; end: number } {
  const machine = new Machine(bytes, begin, classes);
  try {
    for (;;) {
      const opcode = machine.length(1);
      if (opcode === STOP) return { value: machine.pop(), end: machine.position };
      const action = OPCODES[opcode];
      if (!action) throw new PickleError(`holds opcode 0x${opcode.toString(16).padStart(2, '0')}, which is not read`);
      action(machine);
    }
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new FileError(name, `its pickle ${error.message} (before byte ${machine.position})`, { cause: error });
  }
}
