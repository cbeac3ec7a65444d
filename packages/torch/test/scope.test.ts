import { keep, liveTensors, nn, ops, scope, type Tensor, tensor } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';

/** What a body adds to the number of living tensors. */
function added(body: () => void): number {
  const before = liveTensors();
  body();
  return liveTensors() - before;
}

describe('A scope', () => {
  test('frees every tensor that its body made', () => {
    expect(
      added(() =>
        scope(() => {
          const x = ops.randn([4]);
          ops.add(x, ops.mul(x, x));
        }),
      ),
    ).toBe(0);
  });

  test.each<[string, (x: Tensor) => unknown, number]>([
    ['a tensor', (x) => x, 1],
    ['an array', (x) => [x, ops.neg(x)], 2],
    ['a plain object', (x) => ({ deep: { x } }), 1],
    ['a map', (x) => new Map([['x', x]]), 1],
    ['a set', (x) => new Set([x]), 1],
    ['the same tensor twice', (x) => [x, { x }], 1],
    ['a module', () => new nn.Linear(2, 3), 2],
  ])('keeps %s that it returns', (_, make, count) => {
    const before = liveTensors();
    scope(() => {
      const result = scope(() => make(ops.randn([2])));
      expect(liveTensors() - before).toBe(count);
      if (result instanceof nn.Module) result.dispose();
    });
    expect(liveTensors()).toBe(before);
  });

  test('passes what it returns on to the scope around it', () => {
    const before = liveTensors();
    scope(() => {
      const x = scope(() => scope(() => tensor([7])));
      expect(x.item()).toBe(7);
    });
    expect(liveTensors()).toBe(before);
  });

  test('survives returned objects that contain themselves', () => {
    expect(
      added(() =>
        scope(() => {
          const loop: Record<string, unknown> = { x: scope(() => tensor([1])) };
          loop.self = loop;
          return loop;
        }),
      ),
    ).toBe(1);
  });

  test('frees everything when its body throws, or when what it returns cannot be read', () => {
    expect(
      added(() =>
        expect(() =>
          scope(() => {
            tensor([1]);
            throw new Error('mine');
          }),
        ).toThrow('mine'),
      ),
    ).toBe(0);
    const trap = (): unknown => {
      tensor([1]);
      return {
        get x() {
          throw new Error('a getter');
        },
      };
    };
    expect(added(() => expect(() => scope(trap)).toThrow('a getter'))).toBe(0);
    expect(added(() => scope(() => void ops.neg(tensor([1]))))).toBe(0); // the stack of scopes is as before
  });

  test('refuses an asynchronous body, and its later failure does not end the process', async () => {
    expect(() =>
      scope(async () => {
        const x = tensor([1]);
        await null;
        x.item();
      }),
    ).toThrow(/synchronous/);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('spares what is kept, until it is disposed of', () => {
    const before = liveTensors();
    let x: Tensor | undefined;
    scope(() => {
      x = keep(tensor([3]));
    });
    expect(x?.item()).toBe(3);
    x?.dispose();
    x?.dispose();
    expect(liveTensors()).toBe(before);
  });

  test('spares parameters and buffers, which belong to their module', () => {
    const before = liveTensors();
    const net = scope(() => new nn.BatchNorm2d(3));
    scope(() => void net.forward(ops.randn([2, 3, 4, 4])));
    expect(liveTensors() - before).toBe(5);
    net.dispose();
    expect(liveTensors()).toBe(before);
  });
});

describe('A tensor that was freed', () => {
  const freed = (): Tensor => {
    const x = tensor([1, 2]);
    x.dispose();
    return x;
  };

  test.each<[string, (x: Tensor) => unknown]>([
    ['as an argument', (x) => ops.add(x, x)],
    ['inside a list', (x) => ops.cat([x])],
    ['for its shape', (x) => x.shape],
    ['for its dtype', (x) => x.dtype],
    ['for its elements', (x) => x.toArray()],
    ['for its value', (x) => x.item()],
    ['for its gradient', (x) => x.grad],
    [
      'to require one',
      (x) => {
        x.requiresGrad = true;
      },
    ],
  ])('says so when it is used %s', (_, use) => {
    expect(() => use(freed())).toThrow(/the tensor was freed/);
  });

  test('never turns into the tensor that takes its place in memory', () => {
    for (let i = 0; i < 5000; i++) {
      const old = freed();
      const next = tensor([i]);
      expect(next.handle).not.toBe(old.handle);
      expect(() => old.item()).toThrow(/freed/);
      next.dispose();
      old.dispose(); // frees nothing of anybody's
    }
  });

  test('is not freed twice: disposing of an old handle spares the new tensor', () => {
    const old = freed();
    const next = tensor([5]);
    old.dispose();
    expect(next.item()).toBe(5);
    next.dispose();
  });
});
