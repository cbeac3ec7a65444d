/**
 * The operators in use, typed. Names, argument order and meaning are ATen's (`native_functions.yaml` of PyTorch); any other one is a
 * line away: `operator<[…], …>('aten::name.overload')`. Names that end in an underscore change their first argument in place.
 */
import type { Dtype } from './dtype.js';
import { operator } from './operator.js';
import type { Device, Tensor } from './tensor.js';

export type MemoryFormat = 'contiguous_format' | 'channels_last' | 'preserve_format';
type Optional<T> = T | null | undefined;
type Sizes = readonly number[];

// Making
export const zeros = operator<[size: Sizes, dtype?: Dtype, layout?: null, device?: Device], Tensor>('aten::zeros');
export const ones = operator<[size: Sizes, dtype?: Dtype, layout?: null, device?: Device], Tensor>('aten::ones');
export const full = operator<[size: Sizes, value: number, dtype?: Dtype, layout?: null, device?: Device], Tensor>(
  'aten::full',
);
export const empty = operator<[size: Sizes, dtype?: Dtype, layout?: null, device?: Device], Tensor>(
  'aten::empty.memory_format',
);
export const arange = operator<[end: number, dtype?: Dtype], Tensor>('aten::arange');
export const randn = operator<[size: Sizes, dtype?: Dtype, layout?: null, device?: Device], Tensor>('aten::randn');
export const zerosLike = operator<[self: Tensor], Tensor>('aten::zeros_like');
export const clone = operator<[self: Tensor, format?: MemoryFormat], Tensor>('aten::clone');
export const detach = operator<[self: Tensor], Tensor>('aten::detach');
export const toDtype = operator<[self: Tensor, dtype: Dtype], Tensor>('aten::to.dtype');
export const toDevice = operator<
  [self: Tensor, device: Device, dtype: Dtype, nonBlocking?: boolean, copy?: boolean],
  Tensor
>('aten::to.device');
export const contiguous = operator<[self: Tensor, format?: MemoryFormat], Tensor>('aten::contiguous');

// Filling in place
export const copy_ = operator<[self: Tensor, source: Tensor], Tensor>('aten::copy_');
export const fill_ = operator<[self: Tensor, value: number], Tensor>('aten::fill_.Scalar');
export const zero_ = operator<[self: Tensor], Tensor>('aten::zero_');
export const uniform_ = operator<[self: Tensor, from: number, to: number], Tensor>('aten::uniform_');
export const normal_ = operator<[self: Tensor, mean: number, std: number], Tensor>('aten::normal_');

// Arithmetic
export const add = operator<[self: Tensor, other: Tensor, alpha?: number], Tensor>('aten::add.Tensor');
export const addScalar = operator<[self: Tensor, other: number], Tensor>('aten::add.Scalar');
export const addScalar_ = operator<[self: Tensor, other: number], Tensor>('aten::add_.Scalar');
export const add_ = operator<[self: Tensor, other: Tensor, alpha?: number], Tensor>('aten::add_.Tensor');
export const sub = operator<[self: Tensor, other: Tensor, alpha?: number], Tensor>('aten::sub.Tensor');
export const mul = operator<[self: Tensor, other: Tensor], Tensor>('aten::mul.Tensor');
export const mulScalar = operator<[self: Tensor, other: number], Tensor>('aten::mul.Scalar');
export const mul_ = operator<[self: Tensor, other: Tensor], Tensor>('aten::mul_.Tensor');
export const mulScalar_ = operator<[self: Tensor, other: number], Tensor>('aten::mul_.Scalar');
export const div = operator<[self: Tensor, other: Tensor], Tensor>('aten::div.Tensor');
export const neg = operator<[self: Tensor], Tensor>('aten::neg');
export const abs = operator<[self: Tensor], Tensor>('aten::abs');
export const sqrt = operator<[self: Tensor], Tensor>('aten::sqrt');
export const exp = operator<[self: Tensor], Tensor>('aten::exp');
export const log = operator<[self: Tensor], Tensor>('aten::log');
export const pow = operator<[self: Tensor, exponent: number], Tensor>('aten::pow.Tensor_Scalar');
export const clamp = operator<[self: Tensor, min: Optional<number>, max?: Optional<number>], Tensor>('aten::clamp');
export const clampMin = operator<[self: Tensor, min: number], Tensor>('aten::clamp_min');
export const floor = operator<[self: Tensor], Tensor>('aten::floor');
export const where = operator<[condition: Tensor, self: Tensor, other: Tensor], Tensor>('aten::where.self');
export const greater = operator<[self: Tensor, other: number], Tensor>('aten::gt.Scalar');
export const equal = operator<[self: Tensor, other: Tensor], boolean>('aten::equal');
export const isfinite = operator<[self: Tensor], Tensor>('aten::isfinite');

// Reducing
export const sum = operator<[self: Tensor], Tensor>('aten::sum');
export const sumOver = operator<[self: Tensor, dims: Sizes, keepdim?: boolean], Tensor>('aten::sum.dim_IntList');
export const mean = operator<[self: Tensor], Tensor>('aten::mean');
export const meanOver = operator<[self: Tensor, dims: Sizes, keepdim?: boolean], Tensor>('aten::mean.dim');
export const norm = operator<[self: Tensor, p?: number], Tensor>('aten::norm.Scalar');
export const normOver = operator<[self: Tensor, p: number, dims: Sizes, keepdim?: boolean], Tensor>(
  'aten::norm.ScalarOpt_dim',
);
export const argmax = operator<[self: Tensor, dim?: Optional<number>, keepdim?: boolean], Tensor>('aten::argmax');
export const all = operator<[self: Tensor], Tensor>('aten::all');

// Shapes
export const reshape = operator<[self: Tensor, shape: Sizes], Tensor>('aten::reshape');
export const permute = operator<[self: Tensor, dims: Sizes], Tensor>('aten::permute');
export const transpose = operator<[self: Tensor, dim0: number, dim1: number], Tensor>('aten::transpose.int');
export const flatten = operator<[self: Tensor, start?: number, end?: number], Tensor>('aten::flatten.using_ints');
export const slice = operator<
  [self: Tensor, dim: number, start?: Optional<number>, end?: Optional<number>, step?: number],
  Tensor
>('aten::slice.Tensor');
export const flip = operator<[self: Tensor, dims: Sizes], Tensor>('aten::flip');
export const cat = operator<[tensors: readonly Tensor[], dim?: number], Tensor>('aten::cat');
export const stack = operator<[tensors: readonly Tensor[], dim?: number], Tensor>('aten::stack');
export const indexSelect = operator<[self: Tensor, dim: number, index: Tensor], Tensor>('aten::index_select');
export const indexCopy = operator<[self: Tensor, dim: number, index: Tensor, source: Tensor], Tensor>(
  'aten::index_copy',
);
export const gather = operator<[self: Tensor, dim: number, index: Tensor], Tensor>('aten::gather');
export const scatter = operator<[self: Tensor, dim: number, index: Tensor, source: Tensor], Tensor>(
  'aten::scatter.src',
);

// Networks
export const matmul = operator<[self: Tensor, other: Tensor], Tensor>('aten::matmul');
export const linear = operator<[input: Tensor, weight: Tensor, bias?: Optional<Tensor>], Tensor>('aten::linear');
export const conv2d = operator<
  [
    input: Tensor,
    weight: Tensor,
    bias?: Optional<Tensor>,
    stride?: number | Sizes,
    padding?: number | Sizes,
    dilation?: number | Sizes,
    groups?: number,
  ],
  Tensor
>('aten::conv2d');
export const batchNorm = operator<
  [
    input: Tensor,
    weight: Optional<Tensor>,
    bias: Optional<Tensor>,
    runningMean: Optional<Tensor>,
    runningVar: Optional<Tensor>,
    training: boolean,
    momentum: number,
    eps: number,
    cudnn: boolean,
  ],
  Tensor
>('aten::batch_norm');
export const prelu = operator<[self: Tensor, slopes: Tensor], Tensor>('pocketnet::prelu');
export const relu = operator<[self: Tensor], Tensor>('aten::relu');
export const relu6 = operator<[self: Tensor], Tensor>('aten::relu6');
export const maxPool2d = operator<
  [self: Tensor, kernel: number | Sizes, stride?: number | Sizes, padding?: number | Sizes],
  Tensor
>('aten::max_pool2d');
export const avgPool2d = operator<
  [
    self: Tensor,
    kernel: number | Sizes,
    stride?: number | Sizes,
    padding?: number | Sizes,
    ceil?: boolean,
    countPadding?: boolean,
  ],
  Tensor
>('aten::avg_pool2d');
/** Where an affine map [n, 2, 3] takes every pixel of an output of `size` (n, c, h, w), in coordinates from -1 to 1. */
export const affineGrid = operator<[theta: Tensor, size: Sizes, alignCorners: boolean], Tensor>(
  'aten::affine_grid_generator',
);
/** Samples (n, c, h, w) where a grid says; `interpolation` 0 is bilinear, `padding` 0 is zeros. */
export const gridSampler = operator<
  [input: Tensor, grid: Tensor, interpolation: number, padding: number, alignCorners: boolean],
  Tensor
>('aten::grid_sampler');
export const softmax = operator<[self: Tensor, dim: number], Tensor>('aten::softmax.int');
export const logSoftmax = operator<[self: Tensor, dim: number], Tensor>('aten::log_softmax.int');
export const crossEntropy = operator<[input: Tensor, target: Tensor], Tensor>('aten::cross_entropy_loss');
export const mseLoss = operator<[self: Tensor, target: Tensor], Tensor>('aten::mse_loss');

/** Rows scaled to unit length: x / max(|x|₂, eps). */
export function normalize(input: Tensor, dim = 1, eps = 1e-12): Tensor {
  return div(input, clampMin(normOver(input, 2, [dim], true), eps));
}

// Our own kernels (native/kernels), each equal to the stock formula in its comment
/** Whether the kernels for channels-last float32 on the CPU take this tensor. */
export const fitsChannelsLast = operator<[x: Tensor], boolean>('pocketnet::fits_channels_last');
/** PReLU → depthwise → pointwise → batch-norm → + addend in one; channels-last float32 on the CPU only. Kernels are odd and padded by half. */
export const separable = operator<
  [
    x: Tensor,
    slopes: Tensor,
    depthwise: Tensor,
    pointwise: Tensor,
    weight: Optional<Tensor>,
    bias: Optional<Tensor>,
    runningMean: Tensor,
    runningVar: Tensor,
    addend: Optional<Tensor>,
    training: boolean,
    momentum: number,
    eps: number,
    stride: number,
    padding: number,
  ],
  Tensor
>('pocketnet::separable');
/**
 * Sums of such operations over sums of such operations, as cells are, in one: half as many walks through memory. What the integers of
 * `graph` say, and which parameters every branch has, stands in native/kernels/separable_graph.h. Channels-last float32 on the CPU only.
 */
export const separableGraph = operator<
  [
    inputs: readonly Tensor[],
    parameters: readonly Optional<Tensor>[],
    statistics: readonly Tensor[],
    graph: readonly number[],
    training: boolean,
    momentum: number,
    eps: number,
  ],
  Tensor[]
>('pocketnet::separable_graph');
/** Channels side by side: `cat` along dimension 1, made for channels-last memory. */
export const concat = operator<[parts: readonly Tensor[]], Tensor>('pocketnet::concat');
/**
 * The nodes of a mixed cell of a differentiable search, side by side, with batch statistics; channels-last float32 on the CPU only.
 * Its formula and the order of its lists stand in native/kernels/search_cell.cc. Differentiable by inputs, mixing weights and parameters.
 */
export const searchCell = operator<
  [
    before: Tensor,
    last: Tensor,
    mixing: Tensor,
    parameters: readonly Tensor[],
    statistics: readonly Tensor[],
    reduces: boolean,
    momentum: number,
    eps: number,
  ],
  Tensor
>('pocketnet::search_cell');
/** The operations that {@link searchCell} mixes, in the order of the mixing weights' columns (native/kernels/search_cell.h). */
export const searchCellOperations: readonly string[] = [
  ...['max_pool_3x3', 'avg_pool_3x3', 'skip_connect'],
  ...['dw_conv_3x3', 'dw_conv_5x5', 'dw_conv_7x7', 'dw_conv_1x1', 'none'],
];
/**
 * The filters of {@link winograd}, made once of a 3×3 convolution's weight [out, in, 3, 3], float32 on the CPU: four times as large, in an
 * order of this processor's.
 */
export const winogradFilters = operator<[weight: Tensor], Tensor>('pocketnet::winograd_filters');
/**
 * `conv2d(x, weight, bias, 1, 1)` by Winograd's F(4×4, 3×3) (Lavin and Gray 2016), several times as fast where there are many channels;
 * without a derivative. Rounds a little more than the direct sum: some 1e-5 of the largest value.
 */
export const winograd = operator<[x: Tensor, filters: Tensor, bias: Tensor | null, outChannels: number], Tensor>(
  'pocketnet::winograd',
);
/** `out[p, g] = left[p] · right[g]` of rows of float32 on the CPU; without a derivative. Returns `out`. */
export const innerProducts_ = operator<[left: Tensor, right: Tensor, out: Tensor], Tensor>('pocketnet::inner_products');
/** g ← g + wd·w; v ← μ·v + g; w ← w − lr·v for many tensors in one pass over their memory; a zero v makes the first v equal g. */
export const sgdStep_ = operator<
  [
    weights: readonly Tensor[],
    gradients: readonly Tensor[],
    velocities: readonly Tensor[],
    lr: number,
    momentum: number,
    weightDecay: number,
  ],
  void
>('pocketnet::sgd_step_');
/** |(t₁, t₂, …)|₂ over all elements of all tensors, summed in float64. */
export const totalNorm = operator<[tensors: readonly Tensor[]], number>('pocketnet::total_norm');

// As optimisers need them
export const divScalar = operator<[self: Tensor, other: number], Tensor>('aten::div.Scalar');
/** Adds a number to every element of every tensor. */
export const addScalarToAll_ = operator<[tensors: readonly Tensor[], value: number], void>(
  'aten::_foreach_add_.Scalar',
);
/** Adds to every tensor the one at its place of another list, times a number. */
export const addToAll_ = operator<[tensors: readonly Tensor[], others: readonly Tensor[], alpha?: number], void>(
  'aten::_foreach_add_.List',
);
/** Multiplies every tensor by a number. */
export const mulScalarToAll_ = operator<[tensors: readonly Tensor[], value: number], void>(
  'aten::_foreach_mul_.Scalar',
);
export const addcmul_ = operator<[self: Tensor, first: Tensor, second: Tensor, value?: number], Tensor>(
  'aten::addcmul_',
);
export const addcdiv_ = operator<[self: Tensor, first: Tensor, second: Tensor, value?: number], Tensor>(
  'aten::addcdiv_',
);
