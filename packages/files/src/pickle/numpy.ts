import { latin1Text } from '../bytes.js';
import { type PickleClasses, PickledObject, PickledText, PickleError, PickleFunction } from './values.js';

/** A numpy dtype, by its code without byte order: `u1`, `b1`, `i8`, `O`. */
export class ArrayType extends PickledObject {
  constructor(readonly code: string) {
    super();
  }

  /** Bytes of one value; 0 for objects. */
  get bytes(): number {
    return this.code === 'O' ? 0 : Number(this.code.slice(1));
  }

  /** Byte order and fields, of which bytes and booleans have none. */
  override setState(): void {}
}

/** A numpy array (or scalar, with no axes); empty until its state is set. */
export class PickledArray extends PickledObject {
  shape: readonly number[] = [0];
  type = new ArrayType('u1');
  /** The raw values, a view of the file; or the objects of an object array. */
  data: Uint8Array | readonly unknown[] = new Uint8Array();

  /** @param state (version, shape, dtype, isFortran, data) */
  override setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new PickleError('sets an array to something that is none');
    const [, shape, type, , data] = state as unknown[];
    Object.assign(this, filled(shape, type, data));
  }
}

/**
 * The table for plain data with byte strings and numpy arrays, of Python 2 and 3. These are the only callables, each done here by plain
 * data; anything else is refused. Texts are kept as {@link PickledText}.
 */
export const numpyClasses: PickleClasses = {
  global(module, name) {
    const path = modernName(`${module}.${name}`);
    const known = functions.get(path);
    if (known) return known;
    throw new PickleError(`asks for ${JSON.stringify(path.slice(0, 80))}, which is neither plain data nor an array`);
  },
  text: (utf8) => new PickledText(utf8),
  string: (bytes) => bytes,
};

/** Numpy 2 moved `numpy.core` to `numpy._core`, Python 3 renamed `__builtin__` to `builtins`. */
const modernName = (path: string): string =>
  path
    .replace(/^__builtin__\./, 'builtins.')
    .replace(/^numpy\._core\./, 'numpy.core.')
    .replace(/^numpy\.bool$/, 'numpy.bool_');

const functions: ReadonlyMap<string, PickleFunction> = new Map(
  Object.entries<(args: readonly unknown[]) => unknown>({
    '_codecs.encode': ([text, encoding]) => encodeText(text, encoding),
    'builtins.bytes': ([source, encoding]) => (source === undefined ? new Uint8Array() : toBytes(source, encoding)),
    'builtins.bytearray': ([source, encoding]) => (source === undefined ? new Uint8Array() : toBytes(source, encoding)),
    'builtins.list': ([source]) => (Array.isArray(source) ? source : []),
    'builtins.tuple': ([source]) => (Array.isArray(source) ? source : []),
    'builtins.bool': ([source]) => source === true || source === 1,
    'numpy.dtype': ([code]) => arrayType(code),
    'numpy.core.multiarray._reconstruct': () => new PickledArray(),
    'numpy.core.multiarray.scalar': ([type, data]) => filled([], type, data),
    'numpy.core.numeric._frombuffer': ([data, type, shape]) => filled(shape, type, data),
    'numpy.bool_': ([value]) => value === true || value === 1,
    // An argument of `_reconstruct`.
    'numpy.ndarray': () => {
      throw new PickleError('calls numpy.ndarray');
    },
  }).map(([name, call]) => [name, new PickleFunction(name, call)]),
);

function toBytes(source: unknown, encoding: unknown): Uint8Array {
  return source instanceof Uint8Array ? source : encodeText(source, encoding);
}

function encodeText(text: unknown, encoding: unknown): Uint8Array {
  if (!(text instanceof PickledText)) throw new PickleError('encodes something that is no text');
  const codec = asciiOf(encoding).toLowerCase().replace('-', '');
  if (codec !== 'latin1') throw new PickleError(`encodes text as ${JSON.stringify(codec)} instead of latin1`);
  return text.latin1;
}

function arrayType(code: unknown): ArrayType {
  const text = asciiOf(code).replace(/^[|<=]/, '');
  if (!/^([biu][1248]|f[248]|O8?)$/.test(text)) throw new PickleError(`holds arrays of type ${JSON.stringify(text)}`);
  return new ArrayType(text.replace('O8', 'O'));
}

/** Numpy's own limit. */
const MOST_AXES = 64;

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every((side) => Number.isInteger(side) && side >= 0);

/** @throws PickleError unless `data` holds exactly as many values as `shape` says. */
function filled(shape: unknown, type: unknown, data: unknown): PickledArray {
  if (!isShape(shape)) throw new PickleError('holds an array without a shape');
  if (!(type instanceof ArrayType)) throw new PickleError('holds an array without a type');
  const array = new PickledArray();
  array.shape = [...shape];
  array.type = type;
  const count = array.shape.reduce((product, side) => product * side, 1);
  const content = data instanceof PickledArray ? data.data : data instanceof PickledText ? data.latin1 : data;
  const isObjects = type.code === 'O';
  if (isObjects ? !Array.isArray(content) : !(content instanceof Uint8Array))
    throw new PickleError('holds an array without values');
  array.data = content as PickledArray['data']; // by the line above
  if (array.data.length !== count * (isObjects ? 1 : type.bytes)) {
    throw new PickleError(
      `holds an array of shape [${array.shape.slice(0, 8)}] of ${type.code} that has ${array.data.length} values or bytes`,
    );
  }
  return array;
}

/** A short name in a pickle: text, or bytes where Python 2 wrote it. */
function asciiOf(value: unknown): string {
  if (value instanceof PickledText) return value.utf8.length <= 80 ? value.toString() : '';
  if (value instanceof Uint8Array) return value.length <= 80 ? latin1Text(value) : '';
  return '';
}
