import type { Block, Interpreter } from '../blocks/interpreter.js';

/** What one image costs. */
export interface Cost {
  parameters: number;
  /** Multiply-adds of the convolutions and linear layers, without their biases. */
  macs: number;
  /** As the paper counts: 2 a multiply-add, 2 a batch-norm output, 1 an output of a PReLU or a ReLU, k² a pooled output. */
  flops: number;
}

export interface Shape {
  channels: number;
  height: number;
  width: number;
}

const elements = ({ channels, height, width }: Shape): number => channels * height * width;

function slide(shape: Shape, kernel: number, stride: number, padding: number, channels = shape.channels): Shape {
  const along = (size: number): number => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return { channels, height: along(shape.height), width: along(shape.width) };
}

/** Reads a network with shapes in place of tensors, and adds up. */
export class Counter implements Interpreter<Shape> {
  macs = 0;
  flops = 0;

  conv: Interpreter<Shape>['conv'] = (x, layer) => {
    const out = slide(x, layer.kernel, layer.stride, layer.padding, layer.outChannels);
    this.#multiply(elements(out) * (layer.inChannels / layer.groups) * layer.kernel ** 2);
    return out;
  };
  norm: Interpreter<Shape>['norm'] = (x) => this.#pass(x, 2);
  prelu: Interpreter<Shape>['prelu'] = (x) => this.#pass(x, 1);
  relu: Interpreter<Shape>['relu'] = (x) => this.#pass(x, 1);
  relu6: Interpreter<Shape>['relu6'] = (x) => this.#pass(x, 1);
  maxPool: Interpreter<Shape>['maxPool'] = (x, { kernel, stride, padding }) =>
    this.#pass(slide(x, kernel, stride, padding), kernel ** 2);
  avgPool: Interpreter<Shape>['avgPool'] = (x, { kernel, stride, padding }) =>
    this.#pass(slide(x, kernel, stride, padding), kernel ** 2);
  add: Interpreter<Shape>['add'] = (a) => a;
  concat: Interpreter<Shape>['concat'] = (parts) => ({
    ...(parts[0] as Shape), // a concatenation has parts
    channels: parts.reduce((sum, part) => sum + part.channels, 0),
  });
  shift: Interpreter<Shape>['shift'] = (x) => ({ ...x, height: x.height - 1, width: x.width - 1 });
  flatten: Interpreter<Shape>['flatten'] = (x) => ({ channels: elements(x), height: 1, width: 1 });
  linear: Interpreter<Shape>['linear'] = (x, { inFeatures, outFeatures }) => {
    this.#multiply(inFeatures * outFeatures);
    return { ...x, channels: outFeatures };
  };

  #multiply(macs: number): void {
    this.macs += macs;
    this.flops += 2 * macs;
  }

  #pass(out: Shape, flopsAnElement: number): Shape {
    this.flops += flopsAnElement * elements(out);
    return out;
  }
}

/** Parameters, multiply-adds and FLOPs of a network on one image of `input`² pixels, RGB unless it has other `channels`. */
export function count(network: Block, input = 112, channels = 3): Cost {
  const counter = new Counter();
  network.read({ channels, height: input, width: input }, counter);
  const parameters = network.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  return { parameters, macs: counter.macs, flops: counter.flops };
}
