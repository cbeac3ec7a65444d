/** What a pickle may hold here: plain data, numpy arrays, and nothing that does anything. Tuples and sets become arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | Uint8Array
  | PickledText
  | PickledArray
  | ArrayType
  | Global
  | Map<PickleValue, PickleValue>
  | PickleValue[];

/** A Python `str` (3) or `unicode` (2), kept as its UTF-8 bytes until it is needed. */
export class PickledText {
  readonly utf8: Uint8Array;
  #latin1: Uint8Array | undefined;

  constructor(utf8: Uint8Array) {
    this.utf8 = utf8;
  }

  toString(): string {
    return Buffer.from(this.utf8.buffer, this.utf8.byteOffset, this.utf8.byteLength).toString('utf8');
  }

  /** `_codecs.encode(text, 'latin1')`, how Python 3 spells bytes in protocols 0 to 2; made once, however often it is called. */
  get latin1(): Uint8Array {
    this.#latin1 ??= Buffer.from(this.toString(), 'latin1');
    return this.#latin1;
  }
}

/** A name of a module, `numpy.core.multiarray._reconstruct`: only ever compared, never looked up. */
export class Global {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** A numpy dtype, by its code without byte order: `u1`, `b1`, `i8`, `O`. */
export class ArrayType {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }

  /** Bytes of one value; 0 for objects. */
  get bytes(): number {
    return this.code === 'O' ? 0 : Number(this.code.slice(1));
  }
}

/** A numpy array (or scalar, with no axes); empty until its state is set. */
export class PickledArray {
  shape: number[] = [0];
  type = new ArrayType('u1');
  /** The raw values, a view on the file; or the objects of an object array. */
  data: Uint8Array | PickleValue[] = new Uint8Array();
}
