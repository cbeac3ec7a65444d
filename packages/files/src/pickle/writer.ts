import { joinBytes } from '../bytes.js';

/** Writes the few opcodes of pickle protocol 2 that a state dict needs. */
export class PickleWriter {
  private readonly pieces: Uint8Array[] = [];
  private readonly encoder = new TextEncoder();

  constructor() {
    this.code('\x80\x02');
  }

  /** Opcodes without an argument, as their characters: `(` mark, `t` tuple, `R` reduce, `u` set items, … */
  code(opcodes: string): this {
    return this.push(Uint8Array.from(opcodes, (character) => character.charCodeAt(0)));
  }

  global(module: string, name: string): this {
    return this.push(this.encoder.encode(`c${module}\n${name}\n`));
  }

  text(value: string): this {
    const bytes = this.encoder.encode(value);
    return this.integerOf('X', 4, bytes.length).push(bytes);
  }

  /** A whole number of at least 0, in the shortest form. */
  integer(value: number): this {
    if (value < 0x100) return this.integerOf('K', 1, value);
    if (value < 0x10000) return this.integerOf('M', 2, value);
    if (value < 0x80000000) return this.integerOf('J', 4, value);
    return this.code('\x8a').integerOf('\x08', 8, value);
  }

  tuple(values: readonly number[]): this {
    if (values.length === 0) return this.code(')');
    this.code('(');
    for (const value of values) this.integer(value);
    return this.code('t');
  }

  /** Ends the pickle and returns it. */
  finish(): Uint8Array {
    this.code('.');
    return joinBytes(this.pieces);
  }

  private integerOf(opcode: string, size: number, value: number): this {
    const bytes = new Uint8Array(1 + size);
    bytes[0] = opcode.charCodeAt(0);
    for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) bytes[1 + i] = rest % 256;
    return this.push(bytes);
  }

  private push(bytes: Uint8Array): this {
    this.pieces.push(bytes);
    return this;
  }
}
