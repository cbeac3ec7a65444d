import { findNetwork, startFrom } from '@pocketnet/lab';
import { fromArray, liveTensors, loadTensors, manualSeed, noGrad, ops, saveTensors, scope } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { experiment, metadata, run, weights, workplace } from './experiment.js';

const at = workplace();
const build = (input: number) => findNetwork('pocketnet-xs-64').build({ input });
const lastKernel = 'tail.4.weight';

function saved(name: string, input: number, change: (kernel: Float32Array) => void = () => {}): string {
  const network = build(input);
  const state = network.stateDict();
  scope(() => {
    const kernel = state.get(lastKernel) ?? ops.zeros([1]);
    const values = kernel.toFloat32();
    change(values);
    noGrad(() => ops.copy_(kernel, fromArray(values, kernel.shape)));
    saveTensors(at(name), state, {});
  });
  network.dispose();
  return at(name);
}

describe('a network that starts from the weights of another', () => {
  it('has them all, and nothing leaks', () => {
    const before = liveTensors();
    const path = saved('same.safetensors', 32);
    const network = build(32);
    startFrom(network, path);
    saveTensors(at('again.safetensors'), network.stateDict(), {});
    network.dispose();
    expect(weights(at(''), 'again')).toEqual(weights(at(''), 'same'));
    expect(liveTensors()).toBe(before);
  });

  it.each([
    [32, 64],
    [64, 32],
    [64, 112],
  ])('takes the mean of its last map at %i pixels and at %i', (from, to) => {
    const mean = (kernel: Float32Array, side: number) => kernel.fill(1 / side ** 2);
    const side = (input: number) => Math.ceil(input / 16);
    const network = build(to);
    startFrom(
      network,
      saved('mean.safetensors', from, (kernel) => mean(kernel, side(from))),
    );
    const kernel = network.stateDict().get(lastKernel);
    expect(kernel?.shape.slice(2)).toEqual([side(to), side(to)]);
    for (const value of kernel?.toFloat32() ?? []) expect(value).toBeCloseTo(1 / side(to) ** 2, 6);
    network.dispose();
  });

  it.each(['float16', 'bfloat16', 'float64'] as const)(
    'takes them from a file of %s as from one of float32',
    (dtype) => {
      const path = saved('float32.safetensors', 32);
      scope(() => {
        const { tensors, metadata } = loadTensors(path);
        const inType = new Map([...tensors].map(([name, value]) => [name, ops.toDtype(value, dtype)]));
        saveTensors(at('stored.safetensors'), inType, metadata);
        const rounded = new Map([...inType].map(([name, value]) => [name, ops.toDtype(value, 'float32')]));
        saveTensors(at('rounded.safetensors'), rounded, metadata);
      });
      for (const other of [{ input: 64 }, { input: 32, embedding: 48 }, { input: 48, embedding: 80 }]) {
        const [stored, rounded] = ['stored', 'rounded'].map((name) => {
          manualSeed(1);
          const network = findNetwork('pocketnet-xs-64').build(other);
          startFrom(network, at(`${name}.safetensors`));
          const values = [...network.stateDict()].map(([key, value]) => [key, value.dtype, [...value.toArray()]]);
          network.dispose();
          return values;
        });
        expect(stored).toEqual(rounded);
      }
    },
  );

  it.each([48, 80])(
    'of an embedding of %i instead of 64 numbers shares the first of them, and all before them',
    (embedding) => {
      const path = saved('other.safetensors', 32);
      const network = findNetwork('pocketnet-xs-64').build({ input: 32, embedding });
      const own = new Map(Array.from(network.stateDict(), ([name, value]) => [name, value.toArray()]));
      startFrom(network, path);
      scope(() => {
        const given = loadTensors(path).tensors;
        const changed: string[] = [];
        for (const [name, value] of network.stateDict()) {
          const values = given.get(name)?.toArray() ?? [];
          if (value.shape.join() !== given.get(name)?.shape.join()) changed.push(name);
          const rest = own.get(name)?.slice(values.length) ?? [];
          expect([...value.toArray()], name).toEqual([...values, ...rest].slice(0, own.get(name)?.length));
        }
        expect(changed).toEqual([
          'tail.6.weight',
          'tail.7.weight',
          'tail.7.bias',
          'tail.7.running_mean',
          'tail.7.running_var',
        ]);
      });
      network.dispose();
    },
  );

  it('is told which file does not fit it', () => {
    const network = findNetwork('pocketnet-t-128').build({ input: 32 });
    expect(() => startFrom(network, saved('xs.safetensors', 32))).toThrow(
      /^init .*xs\.safetensors: These weights do not fit/,
    );
    network.dispose();
  });

  it('goes on learning from there, and not from chance', async () => {
    const first = await run(at('small'), experiment({ maxSteps: 8 }));
    const init = at('small', 'last.safetensors');
    const frozen = await run(at('frozen'), experiment({ init, maxSteps: 1, lr: 1e-12, weightDecay: 0 }));
    expect(metadata(frozen.out).init).toBe('last.safetensors');
    const large = await run(at('large'), experiment({ init, maxSteps: 1 }, { size: 64 }));
    const chance = await run(at('chance'), experiment({ maxSteps: 1 }, { size: 64 }));
    expect(first.steps).toBe(8);
    expect(large.loss).not.toBe(chance.loss);
    const value = (out: string) => {
      const network = build(32);
      startFrom(network, `${out}/last.safetensors`);
      const weight = [...network.stateDict().values()][0]?.toFloat32() ?? [];
      network.dispose();
      return Array.from(weight);
    };
    const [learned, kept] = [value(first.out), value(frozen.out)];
    for (const [i, weight] of learned.entries()) expect(kept[i]).toBeCloseTo(weight, 6);
  });
});
