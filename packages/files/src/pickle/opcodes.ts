import type { Machine } from './machine.js';
import { bytesOfLiteral, integerOf, textOfRawUnicode } from './text-opcodes.js';
import { PickleError } from './values.js';

type Action = (machine: Machine) => unknown;

/** By opcode. Left out, so refused: the extension registry, old-style instances, out-of-band buffers. */
export const OPCODES: readonly (Action | undefined)[] = (() => {
  const table: (Action | undefined)[] = new Array(256);
  const on = (opcode: number | string, action: Action): void => {
    table[typeof opcode === 'string' ? opcode.charCodeAt(0) : opcode] = action;
  };
  const text = (m: Machine, utf8: Uint8Array) => m.push(m.classes.text(utf8));
  const string = (m: Machine, bytes: Uint8Array) => m.push(m.classes.string(bytes));
  const sized = (m: Machine, width: 1 | 4 | 8) => m.take(m.length(width));

  on('(', (m) => m.mark());
  on('0', (m) => m.pop());
  on('1', (m) => m.popMark());
  on('2', (m) => m.push(m.top()));
  on('N', (m) => m.push(null));
  on(0x88, (m) => m.push(true));
  on(0x89, (m) => m.push(false));
  // Numbers
  on('I', (m) => m.push(integerOf(m.line())));
  on('L', (m) => m.push(Number(integerOf(m.line()))));
  on('J', (m) => m.push(m.number(4, (view, at) => view.getInt32(at, true))));
  on('K', (m) => m.push(m.length(1)));
  on('M', (m) => m.push(m.number(2, (view, at) => view.getUint16(at, true))));
  on(0x8a, (m) => m.push(littleEndian(m.take(m.length(1)))));
  on(0x8b, (m) => m.push(littleEndian(m.take(m.length(4)))));
  on('F', (m) => m.push(Number.parseFloat(m.line())));
  on('G', (m) => m.push(m.number(8, (view, at) => view.getFloat64(at, false))));
  // Bytes and text
  on('S', (m) => string(m, bytesOfLiteral(m.line())));
  on('U', (m) => string(m, sized(m, 1)));
  on('T', (m) => string(m, sized(m, 4)));
  on('C', (m) => m.push(sized(m, 1)));
  on('B', (m) => m.push(sized(m, 4)));
  on(0x8e, (m) => m.push(sized(m, 8)));
  on(0x96, (m) => m.push(sized(m, 8)));
  on('V', (m) => text(m, new TextEncoder().encode(textOfRawUnicode(m.line()))));
  on(0x8c, (m) => text(m, sized(m, 1)));
  on('X', (m) => text(m, sized(m, 4)));
  on(0x8d, (m) => text(m, sized(m, 8)));
  // Lists, tuples, sets, dictionaries
  on(']', (m) => m.push([]));
  on(')', (m) => m.push([]));
  on(0x8f, (m) => m.push([]));
  on('l', (m) => m.push(m.popMark()));
  on('t', (m) => m.push(m.popMark()));
  on(0x91, (m) => m.push(m.popMark()));
  on(0x85, (m) => m.push(m.pops(1)));
  on(0x86, (m) => m.push(m.pops(2)));
  on(0x87, (m) => m.push(m.pops(3)));
  on('a', (m) => m.extend(m.pops(1)));
  on('e', (m) => m.extend(m.popMark()));
  on(0x90, (m) => m.extend(m.popMark()));
  on('}', (m) => m.push(new Map()));
  on('s', (m) => m.fill(m.pops(2)));
  on('u', (m) => m.fill(m.popMark()));
  on('d', (m) => {
    const items = m.popMark();
    m.push(new Map());
    m.fill(items);
  });
  // The memo
  on('p', (m) => m.remember(Number(integerOf(m.line()))));
  on('q', (m) => m.remember(m.length(1)));
  on('r', (m) => m.remember(m.length(4)));
  on(0x94, (m) => m.remember());
  on('g', (m) => m.recall(Number(integerOf(m.line()))));
  on('h', (m) => m.recall(m.length(1)));
  on('j', (m) => m.recall(m.length(4)));
  // Objects
  on('c', (m) => m.global(m.line(), m.line()));
  on(0x93, (m) => {
    const [module, name] = m.pops(2);
    m.global(module, name);
  });
  on('Q', (m) => m.persistent(m.pop()));
  const call = (m: Machine, parts: 2 | 3) => {
    const [callee, args] = m.pops(parts); // a third part are the keyword arguments, which have no effect
    m.call(callee, args);
  };
  on('R', (m) => call(m, 2));
  on(0x81, (m) => call(m, 2));
  on(0x92, (m) => call(m, 3));
  on('b', (m) => m.build());
  // Framing, which carries no data
  on(0x80, (m) => {
    if (m.length(1) > 5) throw new PickleError('is of a protocol that is not known');
  });
  on(0x95, (m) => m.length(8));
  return table;
})();

export const STOP = '.'.charCodeAt(0);

/** A two's complement number. Python writes larger ones than of 255 bytes too; no file of ours has them. */
function littleEndian(bytes: Uint8Array): number | bigint {
  if (bytes.length > 255) throw new PickleError(`holds a whole number of ${bytes.length} bytes, which is too large`);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(bytes.length * 8, value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
