import { ArrayType, type Global, PickledArray, PickledText, type PickleValue } from './values.js';

/** What a pickle asked for and may not have. The message is a sentence without a full stop. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

type Call = (args: PickleValue[]) => PickleValue;

/**
 * The only callables a pickle may name, each done here by plain data; anything else is refused. Numpy 2 moved `numpy.core` to
 * `numpy._core`, Python 3 renamed `__builtin__` to `builtins`.
 */
const CALLS: Record<string, Call> = {
  '_codecs.encode': ([text, encoding]) => encodeText(text, encoding),
  'builtins.bytes': ([source, encoding]) => (source === undefined ? new Uint8Array() : toBytes(source, encoding)),
  'builtins.bytearray': ([source, encoding]) => (source === undefined ? new Uint8Array() : toBytes(source, encoding)),
  'builtins.list': ([source]) => (Array.isArray(source) ? source : []),
  'builtins.tuple': ([source]) => (Array.isArray(source) ? source : []),
  'builtins.bool': ([source]) => source === true || source === 1,
  'numpy.dtype': ([code]) => arrayType(code),
  'numpy.core.multiarray._reconstruct': () => new PickledArray(),
  'numpy.core.multiarray.scalar': ([type, data]) => scalar(type, data),
  'numpy.core.numeric._frombuffer': ([data, type, shape]) => filled(shape, type, data),
  'numpy.bool_': ([value]) => value === true || value === 1,
};

/** Named as an argument of `_reconstruct`, never called. */
const CLASSES = new Set(['numpy.ndarray']);

/** The name as in {@link CALLS}. @throws PickleError when it is not on the list. */
export function allowedGlobal(module: string, name: string): string {
  const path = `${module}.${name}`
    .replace(/^__builtin__\./, 'builtins.')
    .replace(/^numpy\._core\./, 'numpy.core.')
    .replace(/^numpy\.bool$/, 'numpy.bool_');
  if (Object.hasOwn(CALLS, path) || CLASSES.has(path)) return path;
  throw new PickleError(
    `the pickle asks for ${JSON.stringify(path.slice(0, 80))}, which is no part of a list of images`,
  );
}

/** `callable(*args)`. */
export function call(callable: Global, args: PickleValue[]): PickleValue {
  const action = CALLS[callable.path];
  if (action === undefined) throw new PickleError(`the pickle calls ${callable.path}`);
  return action(args);
}

/** `object.__setstate__(state)`, for the two kinds of object that have one. */
export function setState(object: PickleValue, state: PickleValue): void {
  if (object instanceof ArrayType) return; // byte order and fields, of which bytes and booleans have none
  if (object instanceof PickledArray && Array.isArray(state) && state.length === 5) {
    const [, shape, type, , data] = state; // (version, shape, dtype, isFortran, data)
    Object.assign(object, filled(shape, type, data));
  } else {
    throw new PickleError('the pickle sets the state of something that has none');
  }
}

function toBytes(source: PickleValue, encoding: PickleValue | undefined): Uint8Array {
  return source instanceof Uint8Array ? source : encodeText(source, encoding);
}

function encodeText(text: PickleValue | undefined, encoding: PickleValue | undefined): Uint8Array {
  if (!(text instanceof PickledText)) throw new PickleError('the pickle encodes something that is no text');
  const codec = asciiOf(encoding).toLowerCase().replace('-', '');
  if (codec !== 'latin1') {
    throw new PickleError(`the pickle encodes text as ${JSON.stringify(codec)} instead of latin1`);
  }
  return text.latin1;
}

function arrayType(code: PickleValue | undefined): ArrayType {
  const text = asciiOf(code).replace(/^[|<=]/, '');
  if (!/^([biu][1248]|f[248]|O8?)$/.test(text)) {
    throw new PickleError(`the pickle holds arrays of type ${JSON.stringify(text)}`);
  }
  return new ArrayType(text.replace('O8', 'O'));
}

function scalar(type: PickleValue | undefined, data: PickleValue | undefined): PickledArray {
  return filled([], type, data instanceof PickledText ? data.latin1 : data);
}

/** Numpy's own limit. */
const MOST_AXES = 64;

/** @throws PickleError unless `data` holds exactly as many values as `shape` says. */
function filled(
  shape: PickleValue | undefined,
  type: PickleValue | undefined,
  data: PickleValue | undefined,
): PickledArray {
  if (
    !Array.isArray(shape) ||
    shape.length > MOST_AXES ||
    !shape.every((side) => typeof side === 'number' && side >= 0 && Number.isInteger(side))
  ) {
    throw new PickleError('the pickle holds an array without a shape');
  }
  if (!(type instanceof ArrayType)) throw new PickleError('the pickle holds an array without a type');
  const array = new PickledArray();
  array.shape = shape.filter((side) => typeof side === 'number');
  array.type = type;
  const count = array.shape.reduce((product, side) => product * side, 1);
  const content = data instanceof PickledArray ? data.data : data instanceof PickledText ? data.latin1 : data;
  const isObjects = type.code === 'O';
  if (isObjects ? !Array.isArray(content) : !(content instanceof Uint8Array)) {
    throw new PickleError('the pickle holds an array without values');
  }
  array.data = content as PickledArray['data']; // by the line above
  if (array.data.length !== count * (isObjects ? 1 : type.bytes)) {
    throw new PickleError(
      `an array of shape [${array.shape.slice(0, 8)}] of ${type.code} has ${array.data.length} values or bytes`,
    );
  }
  return array;
}

/** A short name in a pickle: text, or bytes where Python 2 wrote it. */
function asciiOf(value: PickleValue | undefined): string {
  if (value instanceof PickledText) return value.utf8.length <= 80 ? value.toString() : '';
  if (value instanceof Uint8Array) return value.length <= 80 ? Buffer.from(value).toString('latin1') : '';
  return '';
}
