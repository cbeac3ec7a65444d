import { grad } from '../autograd.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import { fromArray, type Tensor } from '../tensor.js';
import { type Case, cases, describeCase } from './cases.js';
import { addProducts, combine, sideOfOutput, type Taps, tapsOf } from './loops.js';

/** The operators under test. */
export type Engine = Pick<typeof ops, 'conv2d' | 'linear'>;

export interface SelfTest {
  /** How many computations were compared. */
  cases: number;
  milliseconds: number;
  /** A sentence for each result that is wrong; none on a sound engine. */
  faults: string[];
}

/**
 * Compares the engine's convolutions and products, forward and backward, with plain loops. Instead of all output channels the loops
 * compute one random combination of them (Freivalds 1977), a hundredth of the work, in which an error in any single number still shows.
 * @param onCase hears of each computation before it begins: it may end the process
 */
export function selfTest(engine: Engine = ops, onCase: (name: string) => void = () => {}): SelfTest {
  const started = performance.now();
  const faults = cases.flatMap((one) => {
    onCase(describeCase(one));
    return faultsOf(engine, one);
  });
  return { cases: cases.length, milliseconds: performance.now() - started, faults };
}

/** Inputs are small whole numbers, so that sums are exact in float32 but for Winograd's detours; bfloat16 rounds what it returns. */
const tolerances = { float32: 1e-3, bfloat16: 3e-2 };

function faultsOf(engine: Engine, one: Case): string[] {
  const fault = (what: string): string => `${describeCase(one)}: ${what}`;
  try {
    const data = dataOf(one);
    const actual = scope(() => byEngine(engine, one, data));
    const expected = byLoops(one, data);
    return (['output', 'gradient of the input', 'gradient of the weight'] as const).flatMap((name, i) => {
      const error = largestError(actual[i] as Float32Array, expected[i] as Float32Array);
      return error <= tolerances[one.dtype]
        ? []
        : [fault(`the ${name} is off by ${error.toPrecision(2)} of its largest value`)];
    });
  } catch (error) {
    if (one.dtype === 'bfloat16') return []; // not every processor has it, and who uses it is told
    return [fault(error instanceof Error ? error.message : String(error))];
  }
}

interface Data {
  x: Float32Array;
  weight: Float32Array;
  /** The gradient of the output, which the backward pass starts from. */
  outer: Float32Array;
  /** ±1 for each output and each input channel: how they are combined. */
  outputSigns: Float32Array;
  inputSigns: Float32Array;
}

function dataOf({ batch, inputs, outputs, side, kernel, stride, depthwise }: Case): Data {
  const next = xorshift(1);
  const numbers = (size: number): Float32Array => filled(size, () => (next() % 7) - 3);
  const signs = (size: number): Float32Array => filled(size, () => (next() % 2) * 2 - 1);
  return {
    x: numbers(batch * inputs * side ** 2),
    weight: numbers(outputs * (depthwise ? 1 : inputs) * kernel ** 2),
    outer: numbers(batch * outputs * sideOfOutput(side, stride) ** 2),
    outputSigns: signs(outputs),
    inputSigns: signs(inputs),
  };
}

function filled(size: number, next: () => number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = next();
  return values;
}

/** Whole numbers of 24 bits, small ones to V8 (Marsaglia 2003). */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8;
  };
}

/** Output and both gradients by the engine, combined as the loops combine theirs. */
function byEngine(engine: Engine, one: Case, { x, weight, outer, outputSigns, inputSigns }: Data): Float32Array[] {
  const { operator, batch, inputs, outputs, side, kernel, stride, depthwise, layout, dtype } = one;
  const taken = (values: Float32Array, shape: readonly number[]): Tensor => {
    const plain = fromArray(values, shape);
    return ops.toDtype(shape.length === 4 ? ops.contiguous(plain, layout) : plain, dtype);
  };
  const isLinear = operator === 'linear';
  const out = sideOfOutput(side, stride);
  const input = taken(x, isLinear ? [batch, inputs] : [batch, inputs, side, side]);
  const filters = taken(weight, isLinear ? [outputs, inputs] : [outputs, depthwise ? 1 : inputs, kernel, kernel]);
  const gradient = taken(outer, isLinear ? [batch, outputs] : [batch, outputs, out, out]);
  input.requiresGrad = true;
  filters.requiresGrad = true;
  const y = isLinear
    ? engine.linear(input, filters)
    : engine.conv2d(input, filters, null, stride, (kernel - 1) / 2, 1, depthwise ? inputs : 1);
  const [ofInput, ofWeight] = grad(y, [input, filters], { gradients: [gradient] }) as [Tensor, Tensor];
  const values = (result: Tensor): Float32Array => ops.toDtype(result, 'float32').toFloat32();
  if (depthwise) return [y, ofInput, ofWeight].map(values);
  return [
    combine(values(y), batch, out ** 2, outputSigns),
    combine(values(ofInput), batch, side ** 2, inputSigns),
    combine(values(ofWeight), 1, inputs * kernel ** 2, outputSigns),
  ];
}

const tapsBefore = new Map<string, Taps>();

/** Output and both gradients by plain loops: of the combined channels, or of every channel where each has a filter of its own. */
function byLoops(one: Case, { x, weight, outer, outputSigns, inputSigns }: Data): Float32Array[] {
  const { batch, inputs, outputs, side, kernel, stride, depthwise } = one;
  const key = [side, kernel, stride].join();
  const taps = tapsBefore.get(key) ?? tapsOf(side, kernel, stride);
  tapsBefore.set(key, taps);
  const [q, p, t] = [side ** 2, sideOfOutput(side, stride) ** 2, kernel ** 2];
  const forwards = depthwise ? weight : combine(weight, 1, inputs * t, outputSigns); // [inputs, t]
  const backwards = depthwise ? weight : combine(weight, outputs, t, inputSigns); // [outputs, t]
  const outerCombined = depthwise ? outer : combine(outer, batch, p, outputSigns);
  const planes = batch * (depthwise ? inputs : 1);
  const y = new Float32Array(planes * p);
  const ofInput = new Float32Array(planes * q);
  const ofWeight = new Float32Array(inputs * t);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < inputs; c++) {
      const [plane, of] = [n * inputs + c, depthwise ? n * inputs + c : n];
      addProducts(y, taps.output, of * p, x, taps.input, plane * q, forwards, taps.filter, c * t);
      addProducts(ofWeight, taps.filter, c * t, x, taps.input, plane * q, outerCombined, taps.output, of * p);
    }
    for (let o = 0; o < outputs; o++) {
      const [plane, of] = [n * outputs + o, depthwise ? n * outputs + o : n];
      addProducts(ofInput, taps.input, of * q, outer, taps.output, plane * p, backwards, taps.filter, o * t);
    }
  }
  return [y, ofInput, ofWeight];
}

/** The largest difference as a part of the largest expected value; infinite for what is no number. */
function largestError(actual: Float32Array, expected: Float32Array): number {
  let [error, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    const difference = Math.abs(value - (actual[i] ?? Number.NaN));
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
    scale = Math.max(scale, Math.abs(value));
  }
  return error / scale;
}
