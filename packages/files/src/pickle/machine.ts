import { latin1Text } from '../bytes.js';
import { ForeignValue, type PickleClasses, PickledObject, PickledText, PickleError, PickleFunction } from './values.js';

/** What the opcodes of a pickle act on: the bytes left to read, the stack with its marks, the memo. */
export class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #stack: unknown[] = [];
  /** The stacks put aside by MARK. */
  readonly #marked: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();

  /** @param begin where the pickle starts in `bytes` */
  constructor(
    bytes: Uint8Array,
    begin: number,
    readonly classes: PickleClasses,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = begin;
  }

  /** The byte to be read next. */
  get position(): number {
    return this.#at;
  }

  // Reading

  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw new PickleError(`is truncated: it wants ${length} bytes of the ${left} that are left`);
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
    if (end < 0) throw new PickleError('is truncated: a line of it does not end');
    const line = this.take(end - this.#at);
    this.#at += 1;
    return latin1Text(line);
  }

  // The stack

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    this.top();
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw new PickleError('takes a value that is not there');
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** Everything above the last mark. */
  popMark(): unknown[] {
    const values = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw new PickleError('ends a group that it never began');
    this.#stack = below;
    return values;
  }

  pops(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  // The memo

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) throw new PickleError(`recalls value ${key}, which it never stored`);
    this.push(this.#memo.get(key));
  }

  // Lists, dictionaries and objects

  extend(values: readonly unknown[]): void {
    const list = this.top();
    if (list instanceof ForeignValue) return;
    if (!Array.isArray(list)) throw new PickleError('appends to something that is no list');
    for (const value of values) list.push(value);
  }

  fill(items: readonly unknown[]): void {
    const top = this.top();
    const table = top instanceof ForeignValue ? top.entries : top;
    if (!(table instanceof Map)) throw new PickleError('fills something that is no dictionary');
    if (items.length % 2 !== 0) throw new PickleError('has a key without a value');
    for (let i = 0; i < items.length; i += 2) table.set(items[i], items[i + 1]);
  }

  global(module: unknown, name: unknown): void {
    this.push(this.classes.global(nameOf(module), nameOf(name)));
  }

  persistent(id: unknown): void {
    if (!this.classes.persistent) throw new PickleError('refers to something outside itself');
    this.push(this.classes.persistent(id));
  }

  call(callee: unknown, args: unknown): void {
    if (callee instanceof ForeignValue) {
      this.push(new ForeignValue(callee.name));
      return;
    }
    if (!(callee instanceof PickleFunction)) throw new PickleError('calls something that is not a function');
    if (!Array.isArray(args)) throw new PickleError(`calls ${callee.name} without a tuple of arguments`);
    this.push(callee.call(args));
  }

  /** The attributes of a dictionary (`_metadata` of a state dict) and of what is foreign are dropped. */
  build(): void {
    const state = this.pop();
    const object = this.top();
    if (object instanceof PickledObject) object.setState(state);
    else if (!(object instanceof Map || object instanceof ForeignValue))
      throw new PickleError('sets the state of something that has none');
  }
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof PickledText) return value.toString();
  throw new PickleError('names a class by something that is no text');
}

const NEWLINE = 10;
