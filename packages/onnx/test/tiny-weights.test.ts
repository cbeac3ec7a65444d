import { decodeModel, encodeModel, GraphBuilder, openModel, withoutTinyWeights } from '@pocketnet/onnx';
import { describe, expect, it } from 'vitest';
import { numbers, smallNetwork } from './graphs.js';

/** Gemm by these weights, then a division by the same tensor or another constant. */
function network(weights: Float32Array<ArrayBuffer>, { sharedWith }: { sharedWith?: 'Div' } = {}) {
  const b = new GraphBuilder('tiny');
  const x = b.input('x', 'float32', ['n', 2]);
  const w = b.initializer('w', 'float32', [2, 2], weights);
  const divisor = b.initializer('divisor', 'float32', [2], Float32Array.of(1, 1e-30));
  const y = b.node('Gemm', [x, w, b.initializer('bias', 'float32', [2], Float32Array.of(1e-30, 0.5))]);
  const z = b.node('Div', [y, divisor], {}, { output: 'z' });
  if (sharedWith) b.node(sharedWith, [z, w]);
  return b.output('z', 'float32', ['n', 2]).build();
}

const constant = (bytes: Uint8Array, name: string) => [
  ...(decodeModel(bytes).graph.initializers.get(name)?.data ?? []),
];

describe('a model without its tiny weights', () => {
  const weights = Float32Array.of(1, 1e-39, -1e-20, 1e-14);
  const bytes = encodeModel(network(weights), { metadata: { network: 'tiny' } });

  it('has zeros for weights and biases of less than 2^-50 of their largest, and nothing else changed', () => {
    const quick = withoutTinyWeights(bytes);
    expect(constant(quick, 'w')).toEqual([1, 0, 0, weights[3]]);
    expect(constant(quick, 'bias')).toEqual([0, 0.5]);
    expect(constant(quick, 'divisor')).toEqual([...Float32Array.of(1, 1e-30)]);
    expect(quick.length).toBe(bytes.length);
    expect(decodeModel(quick).metadata).toEqual({ network: 'tiny' });
  });

  it('leaves the bytes that it was given as they are', () => {
    withoutTinyWeights(bytes);
    expect(constant(bytes, 'w')).toEqual([...weights]);
  });

  it('keeps a constant that is anything but a weight somewhere', () => {
    const shared = encodeModel(network(weights, { sharedWith: 'Div' }));
    expect(constant(withoutTinyWeights(shared), 'w')).toEqual([...weights]);
  });

  it('is the very same where every weight counts, however small they all are', () => {
    const sound = encodeModel(smallNetwork());
    expect(withoutTinyWeights(sound)).toBe(sound);
    const small = encodeModel(network(numbers(1, 4).map((value) => value * 1e-25)));
    expect(constant(withoutTinyWeights(small), 'w')).toEqual(constant(small, 'w'));
  });

  it('computes the same numbers when it is opened', async () => {
    const model = await openModel(bytes, { threads: 1 });
    const { z } = await model.run({ x: { data: Float32Array.of(3, 5), dims: [1, 2] } });
    await model.close();
    expect(z?.data[0]).toBe(3);
    expect(Number(z?.data[1]) * 1e-30).toBeCloseTo(0.5, 6);
  });

  it('refuses bytes that are no model, by name', () => {
    expect(() => withoutTinyWeights(Uint8Array.of(1, 2, 3), 'a.onnx')).toThrow(/a\.onnx: not an ONNX model/);
  });
});
