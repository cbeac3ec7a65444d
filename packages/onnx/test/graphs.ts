import { GraphBuilder } from '@pocketnet/onnx';

/** A small seeded stream of numbers in −1 … 1. */
export function numbers(seed: number, count: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export const SIZES = { channels: 4, size: 6, features: 5 };

/** Weights of the network below, by ONNX's names of the inputs. */
export const WEIGHTS = {
  conv: numbers(1, 4 * 3 * 9),
  slope: numbers(2, 4),
  scale: numbers(3, 4),
  shift: numbers(4, 4),
  mean: numbers(5, 4),
  variance: numbers(6, 4).map((v) => Math.abs(v) + 0.1),
  dense: numbers(7, 5 * 4 * 9),
  bias: numbers(8, 5),
};

/** Conv 3x3 stride 2 → PReLU → BatchNorm → Gemm, with an open batch. */
export function smallNetwork() {
  const b = new GraphBuilder('small');
  const x = b.input('image', 'float32', ['batch', 3, 6, 6]);
  const w = b.initializer('conv.weight', 'float32', [4, 3, 3, 3], WEIGHTS.conv);
  const y = b.node('Conv', [x, w], { strides: [2, 2], pads: [1, 1, 1, 1], kernel_shape: [3, 3] });
  const z = b.node('PRelu', [y, b.initializer('prelu.weight', 'float32', [4, 1, 1], WEIGHTS.slope)]);
  const statistics = (['scale', 'shift', 'mean', 'variance'] as const).map((name) =>
    b.initializer(`bn.${name}`, 'float32', [4], WEIGHTS[name]),
  );
  const n = b.node('BatchNormalization', [z, ...statistics], { epsilon: 1e-5 });
  const flat = b.node('Flatten', [n], { axis: 1 });
  const dense = b.initializer('fc.weight', 'float32', [5, 36], WEIGHTS.dense);
  const bias = b.initializer('fc.bias', 'float32', [5], WEIGHTS.bias);
  b.node('Gemm', [flat, dense, bias], { alpha: 1, beta: 1, transB: 1 }, { output: 'embedding' });
  return b.output('embedding', 'float32', ['batch', 5]).build();
}

/** The same network, written down naively in float64. */
export function smallNetworkOracle(image: Float32Array, batch: number): number[] {
  const at = (array: ArrayLike<number>, index: number) => array[index] ?? 0;
  const result: number[] = [];
  for (let n = 0; n < batch; n++) {
    const flat: number[] = [];
    for (let o = 0; o < 4; o++) {
      for (let p = 0; p < 9; p++) {
        let sum = 0;
        for (let k = 0; k < 27; k++) {
          const [c, dy, dx] = [Math.floor(k / 9), Math.floor((k % 9) / 3), k % 3];
          const [row, column] = [2 * Math.floor(p / 3) + dy - 1, 2 * (p % 3) + dx - 1];
          if (row < 0 || row > 5 || column < 0 || column > 5) continue;
          sum += at(WEIGHTS.conv, o * 27 + k) * at(image, ((n * 3 + c) * 6 + row) * 6 + column);
        }
        const active = sum > 0 ? sum : sum * at(WEIGHTS.slope, o);
        const unit = (active - at(WEIGHTS.mean, o)) / Math.sqrt(at(WEIGHTS.variance, o) + 1e-5);
        flat.push(unit * at(WEIGHTS.scale, o) + at(WEIGHTS.shift, o));
      }
    }
    for (let f = 0; f < 5; f++)
      result.push(flat.reduce((sum, v, i) => sum + v * at(WEIGHTS.dense, f * 36 + i), at(WEIGHTS.bias, f)));
  }
  return result;
}
