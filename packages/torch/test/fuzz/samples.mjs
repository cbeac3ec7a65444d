// One valid call of every wrapped operator: what the fuzzer spoils, and what the derivatives are checked on.
import { fromArray, ops } from '@pocketnet/torch';

/** Makes the tensors of a sample, all of one floating-point dtype. */
export function maker(random, dtype = 'float64') {
  const sized = (shape) => shape.reduce((product, size) => product * size, 1);
  const floats = (shape, draw) => {
    const values = Float64Array.from({ length: sized(shape) }, draw);
    return ops.toDtype(fromArray(values, shape), dtype);
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return {
    dtype,
    /** Any values, none within 0.1 of zero, where many derivatives jump. */
    real: (...shape) => floats(shape, () => Math.sign(random.next() - 0.5) * (0.1 + Math.abs(normal()))),
    positive: (...shape) => floats(shape, () => 0.5 + random.next()),
    /** Values at least 0.1 apart, so that a maximum stays where it is. */
    distinct: (...shape) => {
      const values = Array.from({ length: sized(shape) }, (_, i) => i / 10);
      for (let i = values.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [values[i], values[j]] = [values[j], values[i]];
      }
      return floats(shape, (_, i) => values[i]);
    },
    index: (below, ...shape) =>
      fromArray(
        BigInt64Array.from({ length: sized(shape) }, () => BigInt(random.below(below))),
        shape,
      ),
    mask: (...shape) =>
      fromArray(
        Uint8Array.from({ length: sized(shape) }, () => random.below(2)),
        shape,
        'bool',
      ),
  };
}

const one = (m) => [m.real(2, 3)];
const positive = (m) => [m.positive(2, 3)];
const two = (m) => [m.real(2, 3), m.real(2, 3)];
const broadcast = (m) => [m.real(2, 3), m.real(3)];
const scalar = (m) => [m.real(2, 3), 1.5];
const shape = (m) => [[2, 3], m.dtype];

/** Those with a derivative: their floating-point tensors are varied. */
export const differentiable = {
  'aten::clone': one,
  'aten::contiguous': (m) => [ops.transpose(m.real(2, 3), 0, 1)],
  'aten::to.dtype': (m) => [m.real(2, 3), 'float64'],
  'aten::to.device': (m) => [m.real(2, 3), 'cpu', m.dtype, false, true],
  'aten::copy_': two,
  'aten::add.Tensor': (m) => [...broadcast(m), 0.5],
  'aten::add.Scalar': scalar,
  'aten::add_.Tensor': (m) => [...broadcast(m), 2],
  'aten::add_.Scalar': scalar,
  'aten::sub.Tensor': broadcast,
  'aten::mul.Tensor': broadcast,
  'aten::mul.Scalar': scalar,
  'aten::mul_.Tensor': broadcast,
  'aten::mul_.Scalar': scalar,
  'aten::div.Tensor': broadcast,
  'aten::div.Scalar': scalar,
  'aten::addcmul_': (m) => [...two(m), m.real(2, 3), 0.5],
  'aten::addcdiv_': (m) => [...two(m), m.positive(2, 3), 0.5],
  'aten::neg': one,
  'aten::abs': one,
  'aten::sqrt': positive,
  'aten::exp': one,
  'aten::log': positive,
  'aten::pow.Tensor_Scalar': (m) => [m.positive(2, 3), 2.5],
  'aten::clamp': (m) => [m.distinct(2, 5), 0.25, 0.65],
  'aten::clamp_min': (m) => [m.distinct(2, 5), 0.25],
  'aten::where.self': (m) => [m.mask(2, 3), m.real(2, 3), m.real(3)],
  'aten::sum': one,
  'aten::sum.dim_IntList': (m) => [m.real(2, 3, 4), [0, -1], true],
  'aten::mean': one,
  'aten::mean.dim': (m) => [m.real(2, 3, 4), [1], false],
  'aten::norm.Scalar': (m) => [m.real(2, 3), 2],
  'aten::norm.ScalarOpt_dim': (m) => [m.real(2, 3), 2, [1], true],
  'aten::reshape': (m) => [m.real(2, 3), [3, -1]],
  'aten::permute': (m) => [m.real(2, 3, 4), [2, 0, 1]],
  'aten::transpose.int': (m) => [m.real(2, 3), 0, 1],
  'aten::flatten.using_ints': (m) => [m.real(2, 3, 4), 1, -1],
  'aten::slice.Tensor': (m) => [m.real(5, 3), 0, 1, 5, 2],
  'aten::flip': (m) => [m.real(2, 3), [1]],
  'aten::cat': (m) => [[m.real(2, 3), m.real(1, 3)], 0],
  'aten::stack': (m) => [two(m), 1],
  'aten::index_select': (m) => [m.real(4, 3), 0, m.index(4, 5)],
  'aten::index_copy': (m) => [m.real(4, 3), 0, fromArray(BigInt64Array.of(2n, 0n), [2]), m.real(2, 3)],
  'aten::gather': (m) => [m.real(4, 3), 1, m.index(3, 4, 2)],
  'aten::scatter.src': (m) => [m.real(4, 3), 1, fromArray(BigInt64Array.of(2n, 0n, 1n, 1n), [4, 1]), m.real(4, 1)],
  'aten::matmul': (m) => [m.real(2, 3), m.real(3, 4)],
  'aten::linear': (m) => [m.real(2, 3), m.real(4, 3), m.real(4)],
  'aten::conv2d': (m) => [m.real(2, 4, 5, 5), m.real(6, 2, 3, 3), m.real(6), [2, 1], [1, 1], 1, 2],
  'aten::batch_norm': (m) => [m.real(4, 3, 2, 2), m.real(3), m.real(3), null, null, true, 0.1, 1e-5, true],
  'aten::relu': one,
  'aten::relu6': one,
  'pocketnet::prelu': (m) => [m.real(2, 3, 2, 2), m.real(3)],
  'aten::affine_grid_generator': (m) => [m.real(2, 2, 3), [2, 1, 3, 4], false],
  'aten::grid_sampler': (m) => [m.real(1, 2, 4, 4), m.real(1, 3, 2, 2), 0, 0, false],
  'aten::max_pool2d': (m) => [m.distinct(1, 2, 5, 5), 3, 2, 1],
  'aten::avg_pool2d': (m) => [m.real(1, 2, 5, 5), 3, 2, 1, false, false],
  'aten::softmax.int': (m) => [m.real(2, 5), 1],
  'aten::log_softmax.int': (m) => [m.real(2, 5), 1],
  'aten::cross_entropy_loss': (m) => [m.real(4, 5), m.index(5, 4)],
  'aten::mse_loss': two,
};

const nhwc = (tensor) => ops.contiguous(tensor, 'channels_last');
const float32 = (tensor) => ops.toDtype(tensor, 'float32');

/** Those without one, and those of ours that only know float32, which `kernels.test.ts` compares with the stock formula. */
export const others = {
  'aten::zeros': shape,
  'aten::ones': shape,
  'aten::randn': shape,
  'aten::empty.memory_format': shape,
  'aten::full': (m) => [[2, 3], 1.5, m.dtype],
  'aten::arange': () => [5],
  'aten::zeros_like': one,
  'aten::detach': one,
  'aten::is_contiguous.memory_format': (m) => [m.real(2, 3), 'contiguous_format'],
  'aten::fill_.Scalar': scalar,
  'aten::zero_': one,
  'aten::uniform_': (m) => [m.real(2, 3), -1, 1],
  'aten::normal_': (m) => [m.real(2, 3), 0, 1],
  'aten::gt.Scalar': scalar,
  'aten::equal': two,
  'aten::floor': one,
  'aten::isfinite': one,
  'aten::argmax': (m) => [m.real(2, 3), 1],
  'aten::all': (m) => [m.mask(2, 3)],
  'aten::_foreach_add_.Scalar': (m) => [two(m), 1.5],
  'aten::_foreach_add_.List': (m) => [two(m), two(m), 0.5],
  'aten::_foreach_mul_.Scalar': (m) => [two(m), 1.5],
  'pocketnet::sgd_step_': (m) => [two(m), two(m), two(m), 0.1, 0.9, 1e-4],
  'pocketnet::total_norm': (m) => [two(m)],
  'pocketnet::fits_channels_last': (m) => [nhwc(m.real(2, 8, 4, 4))],
  'pocketnet::concat': (m) => [[nhwc(float32(m.real(2, 8, 3, 4))), nhwc(float32(m.real(2, 16, 3, 4)))]],
  'pocketnet::separable': (m) => [
    nhwc(float32(m.real(2, 8, 5, 5))),
    ...[m.real(8), m.real(8, 1, 3, 3), m.real(16, 8, 1, 1), m.real(16), m.real(16), m.real(16), m.positive(16)].map(
      float32,
    ),
    null,
    true,
    0.1,
    1e-5,
    1,
    1,
  ],
  'pocketnet::separable_graph': separableGraph,
  'pocketnet::search_cell': searchCell,
  'pocketnet::inner_products': (m) => [float32(m.real(5, 3)), float32(m.real(4, 3)), ops.zeros([5, 4])],
  'pocketnet::winograd_filters': (m) => [float32(m.real(5, 4, 3, 3))],
  'pocketnet::winograd': (m) => [
    nhwc(float32(m.real(2, 4, 6, 7))),
    ops.winogradFilters(float32(m.real(5, 4, 3, 3))),
    float32(m.real(5)),
    5,
  ],
};

/** Two inputs side by side through a 1×1, that and its 3×3 in one sum, and half of its pixels; two outputs. */
function separableGraph(m) {
  const branch = (from, to, k) => [m.real(from), m.real(from, 1, k, k), m.real(to, from, 1, 1), m.real(to), m.real(to)];
  const parameters = [branch(8, 4, 1), branch(4, 4, 3), branch(4, 2, 1)].flat().map(float32);
  const statistics = [4, 4, 4, 4, 2, 2].map((channels) => float32(m.positive(channels)));
  const inputs = [nhwc(float32(m.real(2, 4, 6, 6))), nhwc(float32(m.real(2, 4, 6, 6)))];
  const nodes = [3, ...[1, 1, 2, 0, 1], ...[2, 1, 1, 2, 0, 1, 2], ...[1, 3, 1, 3]];
  return [inputs, parameters, statistics, [...nodes, 2, ...[1, 3], ...[1, 4]], true, 0.1, 1e-5];
}

/** A mixed cell of one node: two edges of four convolutions each, six norms an edge. */
function searchCell(m) {
  const channels = 4;
  const convolution = (k) => [m.real(channels), m.real(channels, 1, k, k), m.real(channels, channels, 1, 1)];
  const parameters = [0, 1].flatMap(() => [3, 5, 7, 1].flatMap(convolution)).map(float32);
  const statistics = Array.from({ length: 2 * 6 * 2 }, () => float32(m.positive(channels)));
  const state = () => nhwc(float32(m.real(2, channels, 6, 6)));
  return [state(), state(), float32(m.real(2, 8)), parameters, statistics, false, 0.1, 1e-5];
}

export const samples = { ...differentiable, ...others };
