import { init, nn } from '@pocketnet/torch';
import { Block, type Interpreter } from '../blocks/interpreter.js';
import { sideAfterFourHalvings } from './input-side.js';

export interface MobileFaceNetOptions {
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels; the last kernel follows the map that is left of it. */
  input?: number;
}

/** Inverted residuals in a row that are alike; the first takes 64 channels. */
const residuals = [
  { count: 1, hidden: 128, out: 64, stride: 2 },
  { count: 4, hidden: 128, out: 64, stride: 1 },
  { count: 1, hidden: 256, out: 128, stride: 2 },
  { count: 6, hidden: 256, out: 128, stride: 1 },
  { count: 1, hidden: 512, out: 128, stride: 2 },
  { count: 2, hidden: 256, out: 128, stride: 1 },
];

/** Its convolutions start kaiming-normal over the fan-out: N(0, 2 / (out · k²)), grouped or not. */
function conv(inChannels: number, outChannels: number, kernel: number, options: nn.Conv2dOptions = {}): nn.Conv2d {
  const layer = new nn.Conv2d(inChannels, outChannels, kernel, options);
  init.normal(layer.weight, 0, Math.sqrt(2 / (outChannels * kernel ** 2)));
  if (layer.bias) init.constant(layer.bias, 0);
  return layer;
}

const pointwise = (inChannels: number, outChannels: number, bias = false): nn.Conv2d =>
  conv(inChannels, outChannels, 1, { bias });

const depthwise = (channels: number, stride = 1): nn.Conv2d =>
  conv(channels, channels, 3, { stride, padding: 1, groups: channels });

/** A convolution and its norm, numbered 0 and 1 as in a Sequential. */
class ConvNorm extends Block {
  readonly #conv: nn.Conv2d;
  readonly #norm: nn.BatchNorm2d;

  constructor(layer: nn.Conv2d) {
    super();
    this.#conv = layer;
    this.#norm = new nn.BatchNorm2d(layer.outChannels);
  }

  override *children(): Generator<[string, nn.Module]> {
    yield ['0', this.#conv];
    yield ['1', this.#norm];
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return by.norm(by.conv(x, this.#conv), this.#norm);
  }
}

/** Expand 1×1 → depthwise 3×3 → project 1×1 (Sandler et al. 2018), each with its norm; ReLU6 after the first two. */
class InvertedResidual extends Block {
  readonly conv: nn.Sequential;
  readonly #expand: ConvNorm;
  readonly #filter: ConvNorm;
  readonly #project: nn.Conv2d;
  readonly #norm: nn.BatchNorm2d;
  readonly #shortcut: boolean;

  constructor(inChannels: number, hidden: number, outChannels: number, stride: number) {
    super();
    this.#expand = new ConvNorm(pointwise(inChannels, hidden));
    this.#filter = new ConvNorm(depthwise(hidden, stride));
    this.#project = pointwise(hidden, outChannels);
    this.#norm = new nn.BatchNorm2d(outChannels);
    this.#shortcut = stride === 1 && inChannels === outChannels;
    this.conv = new nn.Sequential(this.#expand, this.#filter, this.#project, this.#norm);
  }

  read<V>(x: V, by: Interpreter<V>): V {
    const filtered = by.relu6(this.#filter.read(by.relu6(this.#expand.read(x, by)), by));
    const residual = by.norm(by.conv(filtered, this.#project), this.#norm);
    return this.#shortcut ? by.add(residual, x) : residual;
  }
}

/** Depthwise 3×3 → norm → ReLU → pointwise → norm → ReLU. */
class DepthwiseSeparable extends Block {
  readonly depthwise: nn.Conv2d;
  readonly pointwise: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly bn2: nn.BatchNorm2d;

  constructor(channels: number) {
    super();
    this.depthwise = depthwise(channels);
    this.pointwise = pointwise(channels, channels);
    this.bn1 = new nn.BatchNorm2d(channels);
    this.bn2 = new nn.BatchNorm2d(channels);
  }

  read<V>(x: V, by: Interpreter<V>): V {
    const filtered = by.relu(by.norm(by.conv(x, this.depthwise), this.bn1));
    return by.relu(by.norm(by.conv(filtered, this.pointwise), this.bn2));
  }
}

/** One filter a channel over the whole last map, and its norm. */
class GlobalDepthwise extends Block {
  readonly depthwise: nn.Conv2d;
  readonly bn: nn.BatchNorm2d;

  constructor(channels: number, side: number) {
    super();
    this.depthwise = conv(channels, channels, side, { groups: channels });
    this.bn = new nn.BatchNorm2d(channels);
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return by.norm(by.conv(x, this.depthwise), this.bn);
  }
}

/**
 * MobileFaceNet (Chen et al. 2018) as PocketNet's code has it: MobileNetV2's blocks with ReLU6 and no PReLU. Input [N, 3, S, S], RGB as
 * (x − 127.5) / 127.5; output [N, embedding], not normalised. Parameter names and their order, by registration, are the released ones.
 */
export class MobileFaceNet extends Block {
  readonly conv1: ConvNorm;
  readonly dw_conv: DepthwiseSeparable;
  readonly conv2: ConvNorm;
  readonly gdconv: GlobalDepthwise;
  readonly conv3: nn.Conv2d;
  readonly bn: nn.BatchNorm2d;
  readonly features: nn.ModuleList<InvertedResidual>;

  /** @throws an Error that names the input's side, when it does not fit */
  constructor({ embedding, input = 112 }: MobileFaceNetOptions) {
    super();
    const lastMap = sideAfterFourHalvings(input);
    this.conv1 = new ConvNorm(conv(3, 64, 3, { stride: 2, padding: 1 }));
    this.dw_conv = new DepthwiseSeparable(64);
    this.conv2 = new ConvNorm(pointwise(128, 512));
    this.gdconv = new GlobalDepthwise(512, lastMap);
    this.conv3 = pointwise(512, embedding, true);
    this.bn = new nn.BatchNorm2d(embedding);
    let width = 64;
    this.features = new nn.ModuleList(
      residuals.flatMap(({ count, hidden, out, stride }) =>
        Array.from({ length: count }, () => {
          const residual = new InvertedResidual(width, hidden, out, stride);
          width = out;
          return residual;
        }),
      ),
    );
  }

  read<V>(image: V, by: Interpreter<V>): V {
    let x = this.dw_conv.read(by.relu6(this.conv1.read(image, by)), by);
    for (const residual of this.features) x = residual.read(x, by);
    const pooled = this.gdconv.read(by.relu6(this.conv2.read(x, by)), by);
    return by.flatten(by.norm(by.conv(pooled, this.conv3), this.bn));
  }
}
