// What people and programs pass by mistake.
import { fromArray, operator, ops } from '@pocketnet/torch';

const expand = operator('aten::expand');

/** Values of every JavaScript type that no argument expects. */
const strange = [
  () => undefined,
  () => null,
  () => '',
  () => 'float32',
  () => 'no such thing',
  () => 'cuda',
  () => 'cpu:7',
  () => 'meta',
  () => true,
  () => ({}),
  () => [],
  () => [[]],
  () => [null],
  () => () => 1,
  () => Symbol('s'),
  () => new Date(0),
  () => new Float32Array(3),
  () => ({ handle: 1 }),
  () => ({ handle: NaN }),
  () => ({ handle: -1 }),
  () => ({ handle: 2 ** 60 }),
  () => ({
    get handle() {
      throw new Error('a getter that throws');
    },
  }),
  () =>
    Object.defineProperty([1, 2], 0, {
      get() {
        throw new Error('an element that throws');
      },
    }),
  () => new Proxy([], {}),
  () => new Array(5),
  () => Array.from({ length: 70 }, () => 1),
  () => 2n ** 62n,
  () => 2n ** 70n,
];

export const strangeValue = (random) => random.pick(strange)();

export const numbers = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  7,
  0.5,
  -0.5,
  64,
  127,
  128,
  255,
  256,
  1000,
  65536,
  -65536,
  1e5,
  1e6,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 40,
  2 ** 53,
  -(2 ** 53),
  1e300,
  NaN,
  Infinity,
  -Infinity,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 62n,
  4611686018427387905n,
];

const shapes = [
  [],
  [0],
  [1],
  [3],
  [2, 3],
  [0, 3],
  [2, 0, 3],
  [2, 3, 4],
  [2, 4, 5, 5],
  [1, 8, 1, 1],
  [0, 8, 4, 4],
  [2, 0, 4, 4],
  [2, 4, 0, 5],
  [1, 2, 3, 2, 1],
  new Array(30).fill(1),
];
const dtypes = ['float32', 'float64', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'float16', 'bfloat16'];

/** A tensor of a shape, dtype, layout or state that may not fit. */
export function oddTensor(random, shape = random.pick(shapes)) {
  const plain = () => ops.mulScalar(ops.toDtype(ops.randn(shape), random.pick(dtypes)), 1);
  switch (random.below(10)) {
    case 0: {
      const freed = ops.zeros([2]);
      freed.dispose();
      return freed;
    }
    case 1:
      return fromArray(BigInt64Array.from([0n, -1n, 2n ** 62n, -(2n ** 63n), 5n]), [5]);
    case 2:
      return expand(ops.zeros([1]), [random.pick([1, 1e3, 1e6])]);
    case 3:
      return expand(ops.ones([1, 1]), [random.pick([2, 3]), 3]);
    case 4: {
      const leaf = ops.randn(shape);
      leaf.requiresGrad = true;
      return leaf;
    }
    case 5:
      return shape.length === 4 ? ops.contiguous(ops.randn(shape), 'channels_last') : plain();
    case 6:
      return shape.length >= 2 ? ops.transpose(ops.randn(shape), 0, shape.length - 1) : plain();
    case 7:
      return ops.full(shape, random.pick([NaN, Infinity, -Infinity, 1e30]), 'float32');
    default:
      return plain();
  }
}

const isAlive = (value) => {
  try {
    return value.isTensor && value.dtype !== '';
  } catch {
    return false;
  }
};
const hasGetter = (array) => Object.getOwnPropertyDescriptor(array, 0)?.get !== undefined;
const isPlain = (value) => value?.isTensor || typeof value !== 'object';

/** A bad value near a good one: what a schema type is most easily given by mistake. */
export function spoil(random, good, type) {
  if (random.chance(0.2)) return random.chance(0.02) ? new Array(2 ** 32 - 1) : strangeValue(random);
  if (Array.isArray(good) && good.length < 100 && !hasGetter(good) && good.every(isPlain) && random.chance(0.8)) {
    const copy = [...good];
    const kind = random.below(4);
    if (kind === 0) copy.pop();
    else if (kind === 1) copy.push(spoil(random, good[0] ?? 1, type.replace('[]', '')));
    else if (copy.length > 0) {
      const at = random.below(copy.length);
      copy[at] = spoil(random, copy[at], type.replace('[]', ''));
      if (kind === 3) copy.reverse();
    }
    return copy;
  }
  if (type.startsWith('Tensor[]') || type.startsWith('Tensor?[]'))
    return Array.from({ length: random.below(4) }, () => oddTensor(random));
  if (type.startsWith('Tensor')) return oddTensor(random, random.chance(0.5) ? nearShape(random, good) : undefined);
  if (type.startsWith('int[]')) return Array.from({ length: random.below(5) }, () => random.pick(numbers));
  if (type.startsWith('bool')) return random.pick([true, false, 1, null]);
  if (type.startsWith('Device'))
    return random.pick(['cpu', 'cuda', 'meta', 'cpu:1', 'cpu:-1', 'xla', '', 'cuda:99', 7]);
  return random.pick(numbers);
}

function nearShape(random, tensor) {
  if (!isAlive(tensor)) return undefined;
  const near = [...tensor.shape];
  if (near.length > 0) near[random.below(near.length)] = random.pick([0, 1, 2, 3, 5, 17]);
  if (random.chance(0.2)) near.push(2);
  if (random.chance(0.2)) near.shift();
  return near;
}
