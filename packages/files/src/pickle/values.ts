import { latin1Bytes } from '../bytes.js';

/** Why a pickle is not read: what "its pickle" does, without a full stop. `readPickle` names the file and the byte. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

/**
 * What a pickle may refer to outside itself, and how its texts are kept: one table for each kind of file. Nothing else can be named, so
 * reading a pickle runs no foreign code. Whatever a table's functions copy must be bounded by the length of the file, however often they
 * are called: their arguments may be shared or nested endlessly.
 */
export interface PickleClasses {
  /** The value of `module.name`: a {@link PickleFunction}, a {@link ForeignValue} or plain data. @throws PickleError where it is not allowed */
  global(module: string, name: string): unknown;
  /** The value of a persistent id; absent where the kind of file has none. */
  persistent?(id: unknown): unknown;
  /** A `str` of Python 3 or a `unicode` of Python 2. */
  text(utf8: Uint8Array): unknown;
  /** A `str` of Python 2, which holds text or bytes. */
  string(bytes: Uint8Array): unknown;
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

/** An object with a `__setstate__`. */
export abstract class PickledObject {
  abstract setState(state: unknown): void;
}

/** A text kept as its UTF-8 bytes until it is needed, by tables for which texts may be bytes in disguise. */
export class PickledText {
  #latin1: Uint8Array | undefined;

  constructor(readonly utf8: Uint8Array) {}

  toString(): string {
    return new TextDecoder().decode(this.utf8);
  }

  /** `_codecs.encode(text, 'latin1')`, how Python 3 spells bytes in protocols 0 to 2; made once, however often it is called. */
  get latin1(): Uint8Array {
    this.#latin1 ??= latin1Bytes(this.toString());
    return this.#latin1;
  }
}
