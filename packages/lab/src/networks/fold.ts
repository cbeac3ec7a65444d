import { nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { type Block, execute, type Interpreter } from './interpreter.js';

/** A network in evaluation with its norms folded away; its weights are copies, taken when a layer is first read. */
export interface FoldedNetwork {
  /** [N, 3, S, S] to [N, embedding], as the network's own `forward` in evaluation. */
  read(image: Tensor): Tensor;
  /** Frees the copies; the network stays its owner's. */
  dispose(): void;
}

/** What flows along the edges: a tensor, or a product that waits to see whether a norm follows it. */
type Value = { tensor: Tensor } | Waiting;

interface Waiting {
  layer: nn.Conv2d | nn.Linear;
  run(weight: Tensor, bias: Tensor | null): Tensor;
}

/**
 * Multiplies every batch-norm that follows a convolution or a linear layer into it, which in evaluation is exact but for rounding:
 *
 *   γ (Wx + b − μ) / √(σ² + ε) + β = (sW) x + (s (b − μ) + β),  s = γ / √(σ² + ε)
 *
 * A norm before a convolution stays: the zeros of the padding come after it. Read it without gradients, in evaluation, and only while
 * the network's weights stay as they are.
 */
export function foldNorms(network: Block): FoldedNetwork {
  const folded = new Map<nn.BatchNorm, readonly [weight: nn.Buffer, bias: nn.Buffer]>();
  const tensorOf = (value: Value): Tensor =>
    'tensor' in value ? value.tensor : value.run(value.layer.weight, value.layer.bias);
  const alone =
    (f: (x: Tensor) => Tensor) =>
    (value: Value): Value => ({ tensor: f(tensorOf(value)) });
  const layered =
    <Layer>(f: (x: Tensor, layer: Layer) => Tensor) =>
    (value: Value, layer: Layer): Value => ({ tensor: f(tensorOf(value), layer) });

  const by: Interpreter<Value> = {
    conv(value, layer) {
      const x = tensorOf(value);
      const { stride, padding, groups } = layer;
      return { layer, run: (weight, bias) => ops.conv2d(x, weight, bias, stride, padding, 1, groups) };
    },
    linear(value, layer) {
      const x = tensorOf(value);
      return { layer, run: (weight, bias) => ops.linear(x, weight, bias) };
    },
    norm(value, layer) {
      if ('tensor' in value) return { tensor: execute.norm(value.tensor, layer) };
      let both = folded.get(layer);
      if (both === undefined) {
        both = foldInto(value.layer, layer);
        folded.set(layer, both);
      }
      return { tensor: value.run(...both) };
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
      for (const both of folded.values()) for (const tensor of both) tensor.dispose();
      folded.clear();
    },
  };
}

/** sW, channels-last where it is a convolution's, and s (b − μ) + β. */
function foldInto(layer: nn.Conv2d | nn.Linear, norm: nn.BatchNorm): readonly [nn.Buffer, nn.Buffer] {
  return scope(() => {
    const root = ops.sqrt(ops.addScalar(norm.running_var, norm.eps));
    const scale = ops.div(norm.weight ?? ops.ones([norm.channels]), root);
    const spatial = layer.weight.shape.length === 4;
    const weight = ops.mul(layer.weight, ops.reshape(scale, spatial ? [-1, 1, 1, 1] : [-1, 1]));
    const centre = layer.bias ? ops.sub(layer.bias, norm.running_mean) : ops.neg(norm.running_mean);
    const shift = ops.mul(scale, centre);
    return [
      new nn.Buffer(spatial ? ops.contiguous(weight, 'channels_last') : weight),
      new nn.Buffer(norm.bias ? ops.add(shift, norm.bias) : shift),
    ];
  });
}
