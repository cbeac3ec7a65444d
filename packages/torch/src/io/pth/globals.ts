import { FormatError } from '../format-error.js';
import type { StoredDtype } from '../stored.js';
import { ForeignValue, PickleFunction } from './pickle-reader.js';
import { PickledTensor, type StorageRef } from './pickled-tensor.js';

/** A storage class such as `torch.FloatStorage`: the dtype of what it holds. */
export class StorageType {
  constructor(
    readonly name: string,
    readonly dtype: StoredDtype,
  ) {}
}

/** A dtype object such as `torch.float32`. */
class DtypeValue {
  constructor(readonly dtype: StoredDtype) {}
}

/** A storage that a persistent id has named. */
export class StorageValue {
  constructor(readonly ref: StorageRef) {}
}

/** PyTorch's storage classes by dtype; they are the type tags of a `.pth` file. */
export const storageNames: Readonly<Record<StoredDtype, string>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int16: 'ShortStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

const storageTypes = new Map(
  Object.entries(storageNames).map(([dtype, name]) => [name, new StorageType(name, dtype as StoredDtype)]),
);
storageTypes.set('UntypedStorage', new StorageType('UntypedStorage', 'uint8'));

/**
 * What a `.pth` file may name: constructors of plain values, tensors' rebuilders, storages, dtypes. Whatever else stands beside the weights
 * in training checkpoints (arguments, schedules, NumPy's scalars) is passed over unread; only a tensor of an unknown kind is refused, which
 * would else be missing without a word.
 */
export function resolveGlobal(file: string, module: string, name: string): unknown {
  const path = `${module}.${name}`;
  if (module === 'torch' && Object.hasOwn(storageNames, name)) return new DtypeValue(name as StoredDtype);
  const storage = /^torch(\.cuda|\.storage)?$/.test(module) ? storageTypes.get(name) : undefined;
  if (storage) return storage;
  const build = functions.get(path);
  if (build) return new PickleFunction(path, (args) => build(args, file));
  if (!/^torch\._(utils|tensor)\._rebuild/.test(path)) return new ForeignValue(path);
  throw new FormatError(file, `holds a tensor made by ${path}, which is not known: save it as an ordinary dense one`);
}

type Build = (args: readonly unknown[], file: string) => unknown;

const functions: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['collections.OrderedDict', orderedDict],
  ['collections.defaultdict', () => new Map()],
  ['collections.Counter', ([counts]) => (counts instanceof Map ? counts : new Map())],
  ['torch.Size', ([sides]) => sides],
  ['torch.device', (args) => args.map(String).join(':')],
  ['torch._utils._rebuild_tensor', (args, file) => rebuildTensor(args, file)],
  ['torch._utils._rebuild_tensor_v2', (args, file) => rebuildTensor(args, file)],
  ['torch._utils._rebuild_tensor_v3', (args, file) => rebuildTensor(args, file, args[6])],
  ['torch._utils._rebuild_parameter', ([tensor]) => tensor],
  ['torch._utils._rebuild_parameter_with_state', ([tensor]) => tensor],
]);

function orderedDict([pairs = []]: readonly unknown[], file: string): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new FormatError(file, 'builds an OrderedDict from something that is no list of pairs');
  }
  return new Map(pairs as [unknown, unknown][]);
}

/** `_rebuild_tensor*(storage, storage_offset, size, stride, …)` of torch/_utils.py. */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[], file: string, dtype?: unknown): unknown {
  if (!(storage instanceof StorageValue)) throw new FormatError(file, 'builds a tensor without a storage');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw new FormatError(file, 'builds a tensor whose offset, shape or strides are not whole numbers');
  }
  const type = dtype instanceof DtypeValue ? dtype.dtype : storage.ref.dtype;
  return new PickledTensor(storage.ref, type, offset, [...shape], [...strides]);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  // 64 dimensions are the most that PyTorch handles.
  return Array.isArray(value) && value.length <= 64 && value.every(isCount);
}

/**
 * The persistent ids of `torch.save`: `('storage', type, key, location, length)`, and in the legacy format a sixth
 * member, `None` or `(view key, first element, length)`. The location (`cpu`, `cuda:0`) is ignored: bytes are bytes.
 */
export function resolveStorage(file: string, id: unknown): StorageValue {
  const [kind, type, key, , length, view] = Array.isArray(id) ? (id as unknown[]) : [];
  if (kind !== 'storage' || !(type instanceof StorageType) || !isCount(length)) {
    throw new FormatError(file, 'refers to something outside its pickle that is no storage');
  }
  const base = { key: String(key), dtype: type.dtype };
  if (!Array.isArray(view)) return new StorageValue({ ...base, start: 0, length });
  const [, start, size] = view as unknown[];
  if (!isCount(start) || !isCount(size) || start + size > length) {
    throw new FormatError(file, `views storage "${base.key}" outside its bounds`);
  }
  return new StorageValue({ ...base, start, length: size });
}
