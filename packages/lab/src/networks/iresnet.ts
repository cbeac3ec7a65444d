import { init, nn } from '@pocketnet/torch';
import { Block, type Interpreter } from '../blocks/interpreter.js';
import { sideAfterFourHalvings } from './input-side.js';

export interface IResNetOptions {
  /** Residual units of each of the four stages, such as 3, 13, 30, 3 for IResNet-100. */
  units: readonly number[];
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels; the linear layer follows the map that is left of it. */
  input?: number;
}

const widths = [64, 128, 256, 512] as const;

/** Its convolutions have no bias, keep the size at stride 1, and start as N(0, 0.1²). */
function conv(inChannels: number, outChannels: number, kernel: number, stride = 1): nn.Conv2d {
  const layer = new nn.Conv2d(inChannels, outChannels, kernel, { stride, padding: (kernel - 1) / 2 });
  init.normal(layer.weight, 0, 0.1);
  return layer;
}

/** BN → conv → BN → PReLU → conv (stride) → BN, and the shortcut: the raw input, or conv 1×1 → BN of it where the shape changes. */
export class IResNetUnit extends Block {
  readonly bn1: nn.BatchNorm2d;
  readonly conv1: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly prelu: nn.PReLU;
  readonly conv2: nn.Conv2d;
  readonly bn3: nn.BatchNorm2d;
  readonly downsample: nn.Sequential | null;
  readonly #downsample: readonly [nn.Conv2d, nn.BatchNorm2d] | null;

  constructor(inChannels: number, outChannels: number, stride: number) {
    super();
    this.bn1 = new nn.BatchNorm2d(inChannels);
    this.conv1 = conv(inChannels, outChannels, 3);
    this.bn2 = new nn.BatchNorm2d(outChannels);
    this.prelu = new nn.PReLU(outChannels);
    this.conv2 = conv(outChannels, outChannels, 3, stride);
    this.bn3 = new nn.BatchNorm2d(outChannels);
    this.#downsample =
      stride === 1 && inChannels === outChannels
        ? null
        : [conv(inChannels, outChannels, 1, stride), new nn.BatchNorm2d(outChannels)];
    this.downsample = this.#downsample && new nn.Sequential(...this.#downsample);
  }

  read<V>(x: V, by: Interpreter<V>): V {
    const inner = by.prelu(by.norm(by.conv(by.norm(x, this.bn1), this.conv1), this.bn2), this.prelu);
    const residual = by.norm(by.conv(inner, this.conv2), this.bn3);
    if (!this.#downsample) return by.add(residual, x);
    const [project, norm] = this.#downsample;
    return by.add(residual, by.norm(by.conv(x, project), norm));
  }
}

/**
 * IResNet (Duta et al. 2020, as ArcFace and PocketNet use it): the field's usual teacher. Input [N, 3, S, S], RGB as (x − 127.5) / 127.5;
 * output [N, embedding], not normalised. Parameter names are the released ones; `features.weight` is stored, but stays 1 in training.
 */
export class IResNet extends Block {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly prelu: nn.PReLU;
  readonly layer1: nn.ModuleList<IResNetUnit>;
  readonly layer2: nn.ModuleList<IResNetUnit>;
  readonly layer3: nn.ModuleList<IResNetUnit>;
  readonly layer4: nn.ModuleList<IResNetUnit>;
  readonly bn2: nn.BatchNorm2d;
  readonly fc: nn.Linear;
  readonly features: nn.BatchNorm1d;
  readonly #lastMap: number;

  /** @throws an Error that names the stages or the input's side, when they do not fit */
  constructor({ units, embedding, input = 112 }: IResNetOptions) {
    super();
    if (units.length !== widths.length || !units.every((count) => Number.isInteger(count) && count > 0))
      throw new Error(`An IResNet has four stages of at least one unit, not [${units.join(', ')}].`);
    this.#lastMap = sideAfterFourHalvings(input);
    const [one, two, three, four] = widths;
    const [first = 1, second = 1, third = 1, fourth = 1] = units;
    this.conv1 = conv(3, one, 3);
    this.bn1 = new nn.BatchNorm2d(one);
    this.prelu = new nn.PReLU(one);
    this.layer1 = stage(one, one, first);
    this.layer2 = stage(one, two, second);
    this.layer3 = stage(two, three, third);
    this.layer4 = stage(three, four, fourth);
    this.bn2 = new nn.BatchNorm2d(four);
    this.fc = new nn.Linear(four * this.#lastMap ** 2, embedding);
    this.features = new nn.BatchNorm1d(embedding);
    if (this.features.weight) this.features.weight.requiresGrad = false;
  }

  read<V>(image: V, by: Interpreter<V>): V {
    let x = by.prelu(by.norm(by.conv(image, this.conv1), this.bn1), this.prelu);
    for (const units of [this.layer1, this.layer2, this.layer3, this.layer4])
      for (const unit of units) x = unit.read(x, by);
    return by.norm(by.linear(by.flatten(by.norm(x, this.bn2), this.#lastMap), this.fc), this.features);
  }
}

/** The first unit of every stage halves the map. */
const stage = (inChannels: number, outChannels: number, units: number): nn.ModuleList<IResNetUnit> =>
  new nn.ModuleList(
    Array.from({ length: units }, (_, i) =>
      i === 0 ? new IResNetUnit(inChannels, outChannels, 2) : new IResNetUnit(outChannels, outChannels, 1),
    ),
  );
