import { FormatError } from '../format-error.js';

/** What a pickle may refer to outside itself. Nothing else can be named, so reading a pickle runs no foreign code. */
export interface PickleWorld {
  /** The value of `module.name`; throws where it is not allowed. */
  global(module: string, name: string): unknown;
  /** The value of a persistent id; throws where it is not known. */
  persistent(id: unknown): unknown;
}

/** A global that a pickle may call. */
export class PickleFunction {
  constructor(
    readonly name: string,
    readonly call: (args: readonly unknown[]) => unknown,
  ) {}
}

/** Something of a class that is not read: what is done to it has no effect. A subclass of the dictionary keeps its entries. */
export class ForeignValue {
  readonly entries = new Map<unknown, unknown>();

  constructor(readonly name: string) {}
}

/** Of a file that holds things of such classes and no tensors. */
export function foreignError(file: string, names: readonly string[]): FormatError {
  return new FormatError(
    file,
    `pickles ${names.slice(0, 3).join(', ')}, which is not loaded: only tensors in dictionaries are, since an unknown class could run ` +
      'code. Save the weights alone: torch.save(model.state_dict(), path)',
  );
}

/**
 * Reads one pickle of the subset that `torch.save` writes (protocols 2 to 5; the restricted set of PyTorch's own
 * `weights_only` reader plus the framing of protocol 4). Dictionaries become Maps, lists and tuples arrays, integers
 * numbers where these are exact and bigints elsewhere. Memory is bounded by the size of the pickle.
 *
 * @param begin where the pickle starts in `bytes`
 * @returns the value, and the offset just after the pickle
 */
export function readPickle(
  bytes: Uint8Array,
  begin: number,
  file: string,
  world: PickleWorld,
): { value: unknown; end: number } {
  const reader = new PickleReader(bytes, begin, file, world);
  return { value: reader.run(), end: reader.at };
}

const utf8 = new TextDecoder();

class PickleReader {
  private readonly view: DataView;
  private readonly stack: unknown[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly file: string,
    private readonly world: PickleWorld,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const opcode = String.fromCharCode(this.uint8());
      if (opcode === '.') return this.pop();
      this.step(opcode);
    }
  }

  private step(opcode: string): void {
    const { stack } = this;
    switch (opcode) {
      case '\x80': // PROTO
        if (this.uint8() > 5) throw this.fail('is of a protocol that is not known');
        return;
      case '\x95': // FRAME
        this.take(8);
        return;
      case '(': // MARK
        this.marks.push(stack.length);
        return;
      case '0': // POP
        this.pop();
        return;

      case 'N': // NONE
        stack.push(null);
        return;
      case '\x88': // NEWTRUE
        stack.push(true);
        return;
      case '\x89': // NEWFALSE
        stack.push(false);
        return;
      case 'K': // BININT1
        stack.push(this.uint8());
        return;
      case 'M': // BININT2
        stack.push(this.view.getUint16(this.take(2), true));
        return;
      case 'J': // BININT
        stack.push(this.view.getInt32(this.take(4), true));
        return;
      case '\x8a': // LONG1
        stack.push(this.long(this.uint8()));
        return;
      case 'G': // BINFLOAT, the one big-endian value
        stack.push(this.view.getFloat64(this.take(8), false));
        return;
      case 'X': // BINUNICODE
      case 'T': // BINSTRING
        stack.push(this.text(this.uint32()));
        return;
      case '\x8c': // SHORT_BINUNICODE
      case 'U': // SHORT_BINSTRING
        stack.push(this.text(this.uint8()));
        return;
      case 'B': // BINBYTES
        stack.push(this.slice(this.uint32()));
        return;
      case 'C': // SHORT_BINBYTES
        stack.push(this.slice(this.uint8()));
        return;

      case ')': // EMPTY_TUPLE
      case ']': // EMPTY_LIST
      case '\x8f': // EMPTY_SET
        stack.push([]);
        return;
      case '}': // EMPTY_DICT
        stack.push(new Map());
        return;
      case '\x85': // TUPLE1
      case '\x86': // TUPLE2
      case '\x87': // TUPLE3
        stack.push(this.popMany(opcode.charCodeAt(0) - 0x84));
        return;
      case 't': // TUPLE
      case '\x91': // FROZENSET
        stack.push(this.popToMark());
        return;
      case 'a': // APPEND
        this.append([this.pop()]);
        return;
      case 'e': // APPENDS
      case '\x90': // ADDITEMS
        this.append(this.popToMark());
        return;
      case 's': // SETITEM
        this.setItems(this.popMany(2));
        return;
      case 'u': // SETITEMS
        this.setItems(this.popToMark());
        return;

      case 'q': // BINPUT
        this.memo.set(this.uint8(), this.peek());
        return;
      case 'r': // LONG_BINPUT
        this.memo.set(this.uint32(), this.peek());
        return;
      case '\x94': // MEMOIZE
        this.memo.set(this.memo.size, this.peek());
        return;
      case 'h': // BINGET
        stack.push(this.recall(this.uint8()));
        return;
      case 'j': // LONG_BINGET
        stack.push(this.recall(this.uint32()));
        return;

      case 'c': // GLOBAL
        stack.push(this.world.global(this.line(), this.line()));
        return;
      case '\x93': {
        // STACK_GLOBAL
        const [module, name] = this.popMany(2);
        stack.push(this.world.global(String(module), String(name)));
        return;
      }
      case 'Q': // BINPERSID
        stack.push(this.world.persistent(this.pop()));
        return;
      case 'R': // REDUCE
        this.reduce();
        return;
      case '\x81': // NEWOBJ
        this.create(2);
        return;
      case '\x92': // NEWOBJ_EX
        this.create(3);
        return;
      case 'b': // BUILD: the attributes of an OrderedDict (`_metadata` of a state dict), which hold no tensors
        this.pop();
        this.top(isDictionary, 'a dictionary');
        return;
    }
    throw this.fail(`holds opcode 0x${opcode.charCodeAt(0).toString(16)}, which torch.save does not write`);
  }

  private append(items: readonly unknown[]): void {
    const list = this.top(isList, 'a list');
    if (list instanceof ForeignValue) return;
    for (const item of items) list.push(item);
  }

  /** An object of a class, made of what stands above it on the stack. */
  private create(parts: number): void {
    const [made] = this.popMany(parts);
    if (made instanceof PickleFunction) this.stack.push(made.call([]));
    else if (made instanceof ForeignValue) this.stack.push(new ForeignValue(made.name));
    else throw this.fail('makes an object of something that is no class');
  }

  private reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (callee instanceof ForeignValue) return void this.stack.push(new ForeignValue(callee.name));
    if (!(callee instanceof PickleFunction)) throw this.fail('calls something that is not a function');
    if (!Array.isArray(args)) throw this.fail(`calls ${callee.name} without a tuple of arguments`);
    this.stack.push(callee.call(args));
  }

  private setItems(items: readonly unknown[]): void {
    const top = this.top(isDictionary, 'a dictionary');
    const map = top instanceof ForeignValue ? top.entries : top;
    if (items.length % 2 !== 0) throw this.fail('has a key without a value');
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  private recall(key: number): unknown {
    if (!this.memo.has(key)) throw this.fail(`recalls value ${key}, which it never stored`);
    return this.memo.get(key);
  }

  private popToMark(): unknown[] {
    const mark = this.marks.pop();
    if (mark === undefined || mark > this.stack.length) throw this.fail('ends a group that it never began');
    return this.stack.splice(mark);
  }

  private popMany(count: number): unknown[] {
    this.peek(count);
    return this.stack.splice(this.stack.length - count);
  }

  private pop(): unknown {
    this.peek();
    return this.stack.pop();
  }

  private peek(count = 1): unknown {
    if (this.stack.length - count < (this.marks.at(-1) ?? 0)) throw this.fail('takes a value that is not there');
    return this.stack.at(-1);
  }

  private top<T>(is: (value: unknown) => value is T, what: string): T {
    const value = this.peek();
    if (!is(value)) throw this.fail(`needs ${what} where there is none`);
    return value;
  }

  private uint8(): number {
    return this.view.getUint8(this.take(1));
  }

  private uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A two's complement little-endian integer of up to 255 bytes. */
  private long(length: number): number | bigint {
    let value = 0n;
    const digits = this.slice(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i] ?? 0);
    if (length > 0 && (digits[length - 1] ?? 0) >= 0x80) value -= 1n << BigInt(8 * length);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  private text(length: number): string {
    return utf8.decode(this.slice(length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.fail('is truncated');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  private slice(length: number): Uint8Array {
    const begin = this.take(length);
    return this.bytes.subarray(begin, begin + length);
  }

  private take(length: number): number {
    const begin = this.at;
    if (begin + length > this.bytes.length) throw this.fail('is truncated');
    this.at += length;
    return begin;
  }

  private fail(problem: string): FormatError {
    return new FormatError(this.file, `its pickle ${problem} (byte ${this.at})`);
  }
}

function isDictionary(value: unknown): value is Map<unknown, unknown> | ForeignValue {
  return value instanceof Map || value instanceof ForeignValue;
}

function isList(value: unknown): value is unknown[] | ForeignValue {
  return Array.isArray(value) || value instanceof ForeignValue;
}
