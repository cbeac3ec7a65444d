import { ForeignValue, type PickleClasses, PickleError, PickleFunction } from '../../pickle/index.js';
import type { StoredDtype } from '../stored.js';
import { PickledTensor, type StorageRef } from './pickled-tensor.js';

/** A storage class such as `torch.FloatStorage`: the dtype of what it holds. */
class StorageType {
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
class StorageValue {
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
 * What one `.pth` file may name: constructors of plain values, tensors' rebuilders, storages, dtypes. Whatever else stands beside the weights
 * in training checkpoints (arguments, schedules, NumPy's scalars) is passed over unread; only a tensor of an unknown kind is refused, which
 * would else be missing without a word.
 *
 * @param onStorage hears of every storage that is named
 */
export function torchClasses(onStorage: (storage: StorageRef) => void = () => {}): PickleClasses {
  const orderedDict = dictionaryMaker();
  return {
    global(module, name) {
      const path = `${module}.${name}`;
      if (module === 'torch' && Object.hasOwn(storageNames, name)) return new DtypeValue(name as StoredDtype);
      const storage = /^torch(\.cuda|\.storage)?$/.test(module) ? storageTypes.get(name) : undefined;
      if (storage) return storage;
      if (path === 'collections.OrderedDict') return orderedDict;
      const known = functions.get(path);
      if (known) return known;
      if (!/^torch\._(utils|tensor)\._rebuild/.test(path)) return new ForeignValue(path);
      throw new PickleError(`holds a tensor made by ${path}, which is not known: save it as an ordinary dense one`);
    },
    persistent(id) {
      const storage = readStorageId(id);
      onStorage(storage.ref);
      return storage;
    },
    text: (utf8) => decoder.decode(utf8),
    string: (bytes) => decoder.decode(bytes),
  };
}

const decoder = new TextDecoder();

const functions: ReadonlyMap<string, PickleFunction> = new Map(
  Object.entries<(args: readonly unknown[]) => unknown>({
    'collections.defaultdict': () => new Map(),
    'collections.Counter': ([counts]) => (counts instanceof Map ? counts : new Map()),
    'torch.Size': ([sides]) => sides,
    'torch.device': ([type, index]) => (isCount(index) && isShortText(type) ? `${type}:${index}` : type),
    'torch._utils._rebuild_tensor': (args) => rebuildTensor(args),
    'torch._utils._rebuild_tensor_v2': (args) => rebuildTensor(args),
    'torch._utils._rebuild_tensor_v3': (args) => rebuildTensor(args, args[6]),
    'torch._utils._rebuild_parameter': ([tensor]) => tensor,
    'torch._utils._rebuild_parameter_with_state': ([tensor]) => tensor,
  }).map(([name, call]) => [name, new PickleFunction(name, call)]),
);

/** `OrderedDict(pairs)`. A list of pairs is taken once: a short file could else have a long one copied over and over. */
function dictionaryMaker(): PickleFunction {
  const taken = new WeakSet<object>();
  return new PickleFunction('collections.OrderedDict', ([pairs = []]) => {
    if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
      throw new PickleError('builds an OrderedDict from something that is no list of pairs');
    if (taken.has(pairs) && pairs.length > 0) throw new PickleError('builds two OrderedDicts from one list of pairs');
    taken.add(pairs);
    return new Map(pairs as [unknown, unknown][]);
  });
}

/** `_rebuild_tensor*(storage, storage_offset, size, stride, …)` of torch/_utils.py. */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[], dtype?: unknown): PickledTensor {
  if (!(storage instanceof StorageValue)) throw new PickleError('builds a tensor without a storage');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides))
    throw new PickleError('builds a tensor whose offset, shape or strides are not whole numbers');
  const type = dtype instanceof DtypeValue ? dtype.dtype : storage.ref.dtype;
  return new PickledTensor(storage.ref, type, offset, [...shape], [...strides]);
}

/**
 * The persistent ids of `torch.save`: `('storage', type, key, location, length)`, and in the legacy format a sixth
 * member, `None` or `(view key, first element, length)`. The location (`cpu`, `cuda:0`) is ignored: bytes are bytes.
 */
function readStorageId(id: unknown): StorageValue {
  const [kind, type, key, , length, view] = Array.isArray(id) ? (id as unknown[]) : [];
  if (kind !== 'storage' || !(type instanceof StorageType) || !isKey(key) || !isCount(length))
    throw new PickleError('refers to something outside itself that is no storage');
  const base = { key: String(key), dtype: type.dtype };
  if (!Array.isArray(view)) return new StorageValue({ ...base, start: 0, length });
  const [, start, size] = view as unknown[];
  if (!isCount(start) || !isCount(size) || start + size > length)
    throw new PickleError(`views storage "${base.key}" outside its bounds`);
  return new StorageValue({ ...base, start, length: size });
}

/** Whether a value can be the key of a storage. */
export const isKey = (value: unknown): value is string | number | bigint =>
  ['string', 'number', 'bigint'].includes(typeof value);

const isShortText = (value: unknown): value is string => typeof value === 'string' && value.length <= 32;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** 64 dimensions are the most that PyTorch handles. */
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 64 && value.every(isCount);
