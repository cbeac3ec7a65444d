import { call, PickleError, setState } from './globals.js';
import { Global, type PickleValue } from './values.js';

/** What the opcodes of a pickle act on: the bytes left to read, the stack with its marks, the memo. */
export class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #stack: PickleValue[] = [];
  /** The stacks put aside by MARK. */
  readonly #marked: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#at;
  }

  // Reading

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      throw new PickleError(
        `${length} bytes at byte ${this.#at} reach past the end of the pickle (${this.#bytes.length} bytes)`,
      );
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(length: number, get: (view: DataView, at: number) => number): number {
    this.take(length);
    return get(this.#view, this.#at - length);
  }

  /** A length in 1, 4 or 8 bytes. */
  length(width: 1 | 4 | 8): number {
    if (width === 1) return this.number(1, (view, at) => view.getUint8(at));
    if (width === 4) return this.number(4, (view, at) => view.getUint32(at, true));
    return this.number(8, (view, at) => Number(view.getBigUint64(at, true)));
  }

  /** Up to the next newline, which is left out. */
  line(): string {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    if (end < 0) throw new PickleError(`a line that starts at byte ${this.#at} does not end`);
    const line = this.take(end - this.#at);
    this.#at += 1;
    return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1');
  }

  // The stack

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw new PickleError(`the stack is empty at byte ${this.#at}`);
    return value;
  }

  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw new PickleError(`the stack is empty at byte ${this.#at}`);
    return value;
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** Everything above the last mark. */
  popMark(): PickleValue[] {
    const values = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw new PickleError(`there is no mark at byte ${this.#at}`);
    this.#stack = below;
    return values;
  }

  pops(count: number): PickleValue[] {
    const values = Array.from({ length: count }, () => this.pop());
    return values.reverse();
  }

  // The memo

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw new PickleError(`nothing is remembered as ${key} (byte ${this.#at})`);
    this.push(value);
  }

  // Lists, tables and objects

  extend(values: PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new PickleError(`something is appended to no list at byte ${this.#at}`);
    for (const value of values) list.push(value);
  }

  fill(items: PickleValue[]): void {
    const table = this.top();
    if (!(table instanceof Map) || items.length % 2 === 1) {
      throw new PickleError(`no dictionary to fill at byte ${this.#at}`);
    }
    for (let i = 0; i < items.length; i += 2) table.set(items[i] ?? null, items[i + 1] ?? null);
  }

  callTop(): void {
    const args = this.pop();
    const callable = this.pop();
    if (!Array.isArray(args) || !(callable instanceof Global)) {
      throw new PickleError(`no call is possible at byte ${this.#at}`);
    }
    this.push(call(callable, args));
  }

  build(): void {
    const state = this.pop();
    setState(this.top(), state);
  }
}

const NEWLINE = 10;
