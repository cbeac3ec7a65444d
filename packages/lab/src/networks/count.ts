import type { Block, Interpreter } from './interpreter.js';

/** What one image costs. */
export interface Cost {
  parameters: number;
  /** Multiply-adds of the convolutions. */
  macs: number;
  /** As the paper counts: 2 a multiply-add, 2 a batch-norm output, 1 a PReLU output, k² a pooled output. */
  flops: number;
}

interface Shape {
  channels: number;
  height: number;
  width: number;
}

const elements = ({ channels, height, width }: Shape): number => channels * height * width;

function slide(shape: Shape, kernel: number, stride: number, padding: number, channels = shape.channels): Shape {
  const along = (size: number): number => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return { channels, height: along(shape.height), width: along(shape.width) };
}

/** Reads a network with shapes in place of tensors. */
class Counter implements Interpreter<Shape> {
  macs = 0;
  flops = 0;

  conv: Interpreter<Shape>['conv'] = (x, layer) => {
    const out = slide(x, layer.kernel, layer.stride, layer.padding, layer.outChannels);
    const macs = elements(out) * (layer.inChannels / layer.groups) * layer.kernel ** 2;
    this.macs += macs;
    this.flops += 2 * macs;
    return out;
  };
  norm: Interpreter<Shape>['norm'] = (x) => this.#pass(x, 2);
  prelu: Interpreter<Shape>['prelu'] = (x) => this.#pass(x, 1);
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

  #pass(out: Shape, flopsAnElement: number): Shape {
    this.flops += flopsAnElement * elements(out);
    return out;
  }
}

/** Parameters, multiply-adds and FLOPs of a network on one RGB image of `input`² pixels. */
export function count(network: Block, input = 112): Cost {
  const counter = new Counter();
  network.read({ channels: 3, height: input, width: input }, counter);
  const parameters = network.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  return { parameters, macs: counter.macs, flops: counter.flops };
}
