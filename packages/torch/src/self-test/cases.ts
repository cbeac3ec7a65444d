/** One computation that the self-test puts to the engine. */
export interface Case {
  operator: 'conv2d' | 'linear';
  /** Images, or rows. */
  batch: number;
  inputs: number;
  outputs: number;
  /** Of the square map; 1 for `linear`. */
  side: number;
  /** Side of the filter, which is odd and padded by half. */
  kernel: number;
  stride: number;
  /** 1, or one a channel. */
  depthwise: boolean;
  layout: 'contiguous_format' | 'channels_last';
  dtype: 'float32' | 'bfloat16';
}

const conv = (batch: number, inputs: number, outputs: number, side: number, other: Partial<Case> = {}): Case => ({
  ...{ operator: 'conv2d', batch, inputs, outputs, side, kernel: 1, stride: 1, depthwise: false },
  ...{ layout: 'channels_last', dtype: 'float32' },
  ...other,
});

const linear = (rows: number, inputs: number, outputs: number): Case =>
  conv(rows, inputs, outputs, 1, { operator: 'linear', layout: 'contiguous_format' });

const rowMajor = { layout: 'contiguous_format' } as const;
const bfloat16 = { dtype: 'bfloat16' } as const;

/**
 * Layers of PocketNet, MobileFaceNet and IResNet, at batches of one image, of few and of many: the library chooses another kernel, and other
 * blocks of it, for each. Maps are smaller than the networks' where that changes nothing of it.
 */
export const cases: readonly Case[] = [
  // 1×1: the inside of every separable convolution, a cell's inputs, the tail
  conv(1, 64, 16, 14),
  conv(8, 256, 64, 7),
  conv(16, 64, 16, 14),
  conv(16, 16, 16, 14, rowMajor),
  conv(16, 64, 64, 7, { stride: 2 }),
  conv(16, 256, 512, 7), // the tail of PocketNet-S
  conv(16, 512, 512, 7), // and of PocketNet-M
  conv(16, 128, 256, 7, rowMajor),
  conv(64, 64, 64, 7),
  conv(32, 512, 128, 1),
  // k×k: stems and residual blocks
  conv(16, 3, 64, 14, { kernel: 3, stride: 2 }),
  conv(16, 64, 64, 7, { kernel: 3 }),
  conv(16, 64, 64, 7, { kernel: 3, ...rowMajor }),
  // one filter a channel
  conv(16, 32, 32, 7, { kernel: 3, depthwise: true }),
  conv(16, 32, 32, 14, { kernel: 5, stride: 2, depthwise: true }),
  conv(16, 32, 32, 7, { kernel: 3, depthwise: true, ...rowMajor }),
  // products: heads, and what convolutions are turned into
  linear(64, 128, 200),
  linear(16, 256, 128),
  linear(1, 256, 512),
  // under autocast
  conv(16, 64, 16, 7, bfloat16),
  conv(16, 32, 32, 7, { kernel: 3, ...bfloat16 }),
];

/** `1×1 convolution of 16 × 64 × 14 × 14 to 16 channels, channels last, float32` */
export function describeCase(one: Case): string {
  const { operator, batch, inputs, outputs, side, kernel, stride, depthwise, layout, dtype } = one;
  if (operator === 'linear') return `product of [${batch}, ${inputs}] and [${inputs}, ${outputs}], ${dtype}`;
  const kind = `${depthwise ? 'depthwise ' : ''}${kernel}×${kernel} convolution`;
  const step = stride === 1 ? '' : ` by steps of ${stride}`;
  const memory = layout === 'channels_last' ? 'channels last' : 'row-major';
  return `${kind} of [${batch}, ${inputs}, ${side}, ${side}] to ${outputs} channels${step}, ${memory}, ${dtype}`;
}
