import { allowedGlobal, PickleError } from './globals.js';
import type { Machine } from './machine.js';
import { bytesOfLiteral, integerOf, textOfRawUnicode } from './text-opcodes.js';
import { Global, PickledText } from './values.js';

export type Action = (machine: Machine) => unknown;

/** By opcode. Left out, so refused: persistent ids, the extension registry, old-style instances, out-of-band buffers. */
export const OPCODES: readonly (Action | undefined)[] = (() => {
  const table: (Action | undefined)[] = new Array(256);
  const on = (opcode: number | string, action: Action): void => {
    table[typeof opcode === 'string' ? opcode.charCodeAt(0) : opcode] = action;
  };
  const text = (m: Machine, width: 1 | 4 | 8) => m.push(new PickledText(m.take(m.length(width))));
  const bytes = (m: Machine, width: 1 | 4 | 8) => m.push(m.take(m.length(width)));
  const global = (m: Machine, module: string, name: string) => m.push(new Global(allowedGlobal(module, name)));

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
  on('S', (m) => m.push(bytesOfLiteral(m.line())));
  on('U', (m) => bytes(m, 1));
  on('T', (m) => bytes(m, 4));
  on('C', (m) => bytes(m, 1));
  on('B', (m) => bytes(m, 4));
  on(0x8e, (m) => bytes(m, 8));
  on(0x96, (m) => bytes(m, 8));
  on('V', (m) => m.push(new PickledText(Buffer.from(textOfRawUnicode(m.line())))));
  on(0x8c, (m) => text(m, 1));
  on('X', (m) => text(m, 4));
  on(0x8d, (m) => text(m, 8));
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
  on('c', (m) => global(m, m.line(), m.line()));
  on(0x93, (m) => {
    const [module, name] = m.pops(2);
    if (!(module instanceof PickledText && name instanceof PickledText)) throw new PickleError('a global has no name');
    global(m, module.toString(), name.toString());
  });
  on('R', (m) => m.callTop());
  on(0x81, (m) => m.callTop());
  on('b', (m) => m.build());
  // Framing, which carries no data
  on(0x80, (m) => m.length(1));
  on(0x95, (m) => m.length(8));
  return table;
})();

/** A two's complement number of any length that still fits a double exactly. */
function littleEndian(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (bytes.length > 8) throw new PickleError(`a whole number of ${bytes.length} bytes is too large`);
  let value = 0n;
  for (const byte of Array.from(bytes).reverse()) value = (value << 8n) | BigInt(byte);
  const number = Number(BigInt.asIntN(bytes.length * 8, value));
  if (!Number.isSafeInteger(number)) throw new PickleError(`the whole number ${number} is too large`);
  return number;
}
