import { nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { type Block, execute, type Interpreter } from '../blocks/interpreter.js';

/** A network in evaluation with its norms folded away; its weights are copies, taken when a layer is first read. */
export interface FoldedNetwork {
  /** [N, 3, S, S] to [N, embedding], as the network's own `forward` in evaluation. */
  read(image: Tensor): Tensor;
  /** Frees the copies; the network stays its owner's. */
  dispose(): void;
}

/** What flows along the edges: a tensor, or a layer that waits to see whether a norm follows it. */
type Value = { tensor: Tensor } | Waiting;

interface Waiting {
  layer: nn.Conv2d | nn.Linear;
  input: Tensor;
}

/** A layer and the norm behind it as one. */
interface Folded {
  run(input: Tensor): Tensor;
  dispose(): void;
}

/**
 * Multiplies every batch-norm that follows a convolution or a linear layer into it, which in evaluation is exact but for rounding:
 *
 *   γ (Wx + b − μ) / √(σ² + ε) + β = (sW) x + (s (b − μ) + β),  s = γ / √(σ² + ε)
 *
 * A norm before a convolution stays: the zeros of the padding come after it. Read it without gradients, in evaluation, and only while
 * the network's weights stay as they are.
 *
 * @param options.winograd Takes wide 3×3 convolutions in float32 on the CPU by Winograd's algorithm: some 1e-5 less exact, more than twice as
 * fast, for filters that need four times the memory.
 */
export function foldNorms(network: Block, { winograd = false } = {}): FoldedNetwork {
  const folded = new Map<nn.BatchNorm, Folded>();
  const tensorOf = (value: Value): Tensor => ('tensor' in value ? value.tensor : value.layer.forward(value.input));
  const alone =
    (f: (x: Tensor) => Tensor) =>
    (value: Value): Value => ({ tensor: f(tensorOf(value)) });
  const layered =
    <Layer>(f: (x: Tensor, layer: Layer) => Tensor) =>
    (value: Value, layer: Layer): Value => ({ tensor: f(tensorOf(value), layer) });

  const by: Interpreter<Value> = {
    conv: (value, layer) => ({ layer, input: tensorOf(value) }),
    linear: (value, layer) => ({ layer, input: tensorOf(value) }),
    norm(value, norm) {
      if ('tensor' in value) return { tensor: execute.norm(value.tensor, norm) };
      const known = folded.get(norm);
      const both = known ?? fold(value.layer, norm, winograd);
      if (!known) folded.set(norm, both);
      return { tensor: both.run(value.input) };
    },
    prelu: layered(execute.prelu),
    maxPool: layered(execute.maxPool),
    avgPool: layered(execute.avgPool),
    relu: alone(execute.relu),
    relu6: alone(execute.relu6),
    shift: alone(execute.shift),
    flatten: (value, side) => ({ tensor: execute.flatten(tensorOf(value), side) }),
    add: (a, b) => ({ tensor: execute.add(tensorOf(a), tensorOf(b)) }),
    concat: (parts) => ({ tensor: execute.concat(parts.map(tensorOf)) }),
    separable(value, layers, addend) {
      const tensor = execute.separable?.(tensorOf(value), layers, addend && tensorOf(addend));
      return tensor && { tensor };
    },
  };
  return {
    read: (image) => tensorOf(network.read({ tensor: image }, by)),
    dispose() {
      for (const both of folded.values()) both.dispose();
      folded.clear();
    },
  };
}

const fold = (layer: nn.Conv2d | nn.Linear, norm: nn.BatchNorm, winograd: boolean): Folded =>
  layer instanceof nn.Linear ? foldLinear(layer, norm) : foldConv(layer, norm, winograd);

function foldLinear(layer: nn.Linear, norm: nn.BatchNorm): Folded {
  const { weight, bias } = foldInto(layer, norm, [-1, 1]);
  return { run: (input) => ops.linear(input, weight, bias), dispose: () => disposeAll([weight, bias]) };
}

/** Winograd's filters are made when the first input that suits them comes by. */
function foldConv(layer: nn.Conv2d, norm: nn.BatchNorm, winograd: boolean): Folded {
  const { weight, bias } = foldInto(layer, norm, [-1, 1, 1, 1]);
  const { outChannels, stride, padding, groups } = layer;
  let filters: Tensor | undefined;
  return {
    run(input) {
      if (!winograd || !suitsWinograd(layer, input)) return ops.conv2d(input, weight, bias, stride, padding, 1, groups);
      filters ??= new nn.Buffer(ops.winogradFilters(weight));
      return ops.winograd(input, filters, bias, outChannels);
    },
    dispose: () => disposeAll([weight, bias, ...(filters ? [filters] : [])]),
  };
}

/** With few channels the transforms cost more than the products they save. */
const suitsWinograd = (
  { kernel, stride, padding, groups, inChannels }: nn.Conv2d,
  { device, dtype }: Tensor,
): boolean =>
  kernel === 3 &&
  stride === 1 &&
  padding === 1 &&
  groups === 1 &&
  inChannels >= 32 &&
  device === 'cpu' &&
  dtype === 'float32';

/** sW, channels-last where it is a convolution's, and s (b − μ) + β. @param each the shape that spreads s over W */
function foldInto(layer: nn.Conv2d | nn.Linear, norm: nn.BatchNorm, each: readonly number[]) {
  return scope(() => {
    const root = ops.sqrt(ops.addScalar(norm.running_var, norm.eps));
    const scale = ops.div(norm.weight ?? ops.full([norm.channels], 1, root.dtype, null, root.device), root);
    const weight = ops.mul(layer.weight, ops.reshape(scale, each));
    const centre = layer.bias ? ops.sub(layer.bias, norm.running_mean) : ops.neg(norm.running_mean);
    const shift = ops.mul(scale, centre);
    return {
      weight: new nn.Buffer(layer instanceof nn.Conv2d ? ops.contiguous(weight, 'channels_last') : weight),
      bias: new nn.Buffer(norm.bias ? ops.add(shift, norm.bias) : shift),
    };
  });
}

const disposeAll = (tensors: readonly Tensor[]): void => {
  for (const tensor of tensors) tensor.dispose();
};
