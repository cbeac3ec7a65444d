import { type AttributeLike, type Graph, GraphBuilder } from '@pocketnet/onnx';

/** Draws numbers in −1 … 1 of a seed. */
export function numbers(seed: number): (count: number) => Float32Array {
  let state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  return (count) =>
    Float32Array.from({ length: count }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state / 2 ** 31;
    });
}

/** Writes graphs of the layers that face networks have, with random weights: what passes are tried on. */
export class LayerBuilder {
  readonly graph = new GraphBuilder('layers');
  readonly #draw: (count: number) => Float32Array;
  #count = 0;

  constructor(seed: number) {
    this.#draw = numbers(seed);
  }

  input(channels: number, side: number): string {
    return this.graph.input('x', 'float32', ['batch', channels, side, side]);
  }

  conv(
    x: string,
    [out, depth, kernel]: readonly [number, number, number],
    { stride = 1, group = 1, bias = false } = {},
  ): string {
    const weight = this.#constant([out, depth, kernel, kernel]);
    const inputs = bias ? [x, weight, this.#constant([out])] : [x, weight];
    const pad = (kernel - 1) / 2;
    return this.graph.node('Conv', inputs, {
      ...{ kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad], group },
    });
  }

  pointwise = (x: string, from: number, to: number, options = {}): string => this.conv(x, [to, from, 1], options);

  depthwise = (x: string, channels: number, kernel: number, options = {}): string =>
    this.conv(x, [channels, 1, kernel], { ...options, group: channels });

  norm(x: string, channels: number): string {
    const [gamma, beta, mean] = [1, 2, 3].map(() => this.#constant([channels])) as [string, string, string];
    const variance = this.#constant([channels], (value) => 0.5 + Math.abs(value));
    return this.graph.node('BatchNormalization', [x, gamma, beta, mean, variance], { epsilon: 1e-5 });
  }

  prelu = (x: string, channels: number): string => this.graph.node('PRelu', [x, this.#constant([channels, 1, 1])]);

  concat = (...parts: string[]): string => this.graph.node('Concat', parts, { axis: 1 });

  add = (a: string, b: string): string => this.graph.node('Add', [a, b]);

  pool = (x: string): string =>
    this.graph.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });

  /** x without its first row and column. */
  shifted(x: string): string {
    const indices = (values: bigint[]): string =>
      this.graph.initializer(`i${this.#count++}`, 'int64', [values.length], BigInt64Array.from(values));
    const end = 2n ** 63n - 1n;
    return this.graph.node('Slice', [x, indices([1n, 1n]), indices([end, end]), indices([2n, 3n])]);
  }

  node = (op: string, inputs: string[], attributes: Record<string, AttributeLike> = {}): string =>
    this.graph.node(op, inputs, attributes);

  build(y: string): Graph {
    return this.graph.output(y, 'float32', ['batch', null, null, null]).build();
  }

  #constant(shape: readonly number[], change = (value: number): number => value): string {
    const size = shape.reduce((product, each) => product * each, 1);
    return this.graph.initializer(`w${this.#count++}`, 'float32', shape, this.#draw(size).map(change));
  }
}

/** For every pass a graph that its law is about, of C channels. */
export const SAMPLES: Readonly<Record<string, (b: LayerBuilder, x: string, channels: number) => string>> = {
  sweep: (b, x, c) => {
    b.pool(x); // which nothing takes
    return b.node('Identity', [b.pointwise(b.node('Identity', [x]), c, c)]);
  },
  'fold-constants': (b, x, c) => {
    const halves = b.graph.initializer('halves', 'float16', [c, 1, 1], new Uint16Array(c).fill(0x3400)); // 0.25
    const slopes = b.node('Mul', [
      b.node('Cast', [halves], { to: 1 }),
      b.graph.initializer('two', 'float32', [], Float32Array.of(2)),
    ]);
    return b.node('PRelu', [x, slopes]);
  },
  'fold-norms': (b, x, c) => {
    const parts = b.concat(b.pointwise(x, c, 2), b.pointwise(x, c, 3, { bias: true }));
    return b.norm(b.pool(b.norm(parts, 5)), 5);
  },
  'fold-scales': (b, x, c) => {
    const into = b.pointwise(b.depthwise(x, c, 1, { bias: true, stride: 2 }), c, 4);
    return b.depthwise(b.conv(into, [3, 4, 3], { bias: true }), 3, 1, { bias: true });
  },
  'factorised-reduction': (b, x, c) =>
    b.concat(b.pointwise(x, c, 2, { stride: 2, bias: true }), b.pointwise(b.shifted(x), c, 3, { stride: 2 })),
  'prelu-conv': (b, x, c) => {
    const active = b.prelu(x, c);
    return b.add(b.conv(active, [c, c, 3], { bias: true }), b.depthwise(active, c, 5, { bias: true }));
  },
  'prelu-sum': (b, x, c) => b.prelu(b.pool(b.prelu(x, c)), c),
  'prelu-max': (b, x, c) => b.prelu(b.pointwise(x, c, c), c),
  share: (b, x) => b.add(b.node('Relu', [x]), b.node('Relu', [x])),
  'split-concats': (b, x, c) => {
    const joined = b.concat(b.pointwise(x, c, 2), b.conv(x, [3, c, 3]));
    return b.add(b.pointwise(joined, 5, 4, { bias: true }), b.pointwise(joined, 5, 4));
  },
  'merge-sums': (b, x, c) => {
    const [one, two] = [b.pointwise(x, c, 4, { bias: true }), b.pointwise(b.pool(x), c, 4, { bias: true })];
    return b.add(b.add(one, two), b.pointwise(b.node('Relu', [x]), c, 4));
  },
  'merge-depthwise': (b, x, c) =>
    b.concat(b.depthwise(x, c, 3, { bias: true }), b.depthwise(b.pool(x), c, 7), b.pool(x), b.depthwise(x, c, 1)),
};

/** Any of the layers, one after another: what no one pass is made for. */
export function anyNetwork(b: LayerBuilder, x: string, channels: number, choices: readonly number[]): string {
  let [last, width] = [x, channels];
  for (const choice of choices) {
    const next = 2 + (choice % 4);
    const steps: (() => string)[] = [
      () => b.prelu(last, width),
      () => b.norm(last, width),
      () => b.depthwise(last, width, 1, { bias: true }),
      () => b.depthwise(b.prelu(last, width), width, 3),
      () => b.add(last, b.norm(b.pointwise(b.depthwise(b.prelu(last, width), width, 5), width, width), width)),
      () => b.add(b.pointwise(last, width, width), b.pointwise(b.pool(last), width, width)),
      () => b.pool(last),
      () => {
        const made = b.norm(b.pointwise(last, width, next), next);
        width = next;
        return made;
      },
      () => {
        const made = b.concat(b.pointwise(last, width, 2), b.depthwise(last, width, 3), b.depthwise(last, width, 5));
        width = 2 + 2 * width;
        return made;
      },
    ];
    last = steps[choice % steps.length]?.() ?? last;
    if (width > 12) {
      last = b.pointwise(last, width, 3);
      width = 3;
    }
  }
  return last;
}
