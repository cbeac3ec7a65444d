import { backward, nn, ops, optim, scope, type Tensor, tensor } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';

const start = [1, -2, 3.5];
const gradientAt = (step: number): number[] => start.map((_, i) => Math.sin(1 + step * 3 + i));

function parameter(values: readonly number[] = start): Tensor {
  const made = tensor([...values], [values.length], 'float64');
  made.requiresGrad = true;
  return made;
}

/** Runs an optimiser over one parameter with the gradients above. */
function run(make: (weights: Tensor[]) => optim.Optimizer, steps = 5): Float64Array {
  return scope(() => {
    const weight = parameter();
    const optimizer = make([weight]);
    for (let step = 0; step < steps; step++) {
      weight.grad = tensor(gradientAt(step), [3], 'float64');
      optimizer.step();
    }
    return weight.toFloat64();
  });
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 12);
  });
}

describe('SGD', () => {
  test.each([
    { momentum: 0, weightDecay: 0 },
    { momentum: 0.9, weightDecay: 0 },
    { momentum: 0.9, weightDecay: 0.05 },
    { momentum: 0, weightDecay: 0.05 },
  ])('is v ← μv + (g + wd·w), the first v being g; w ← w − lr·v, with %o', ({ momentum, weightDecay }) => {
    const expected = start.map((w, i) => {
      let v: number | undefined;
      for (let step = 0; step < 5; step++) {
        const g = (gradientAt(step)[i] as number) + weightDecay * w;
        v = v === undefined ? g : momentum * v + g;
        w -= 0.1 * v;
      }
      return w;
    });
    expectClose(
      run((weights) => optim.sgd(weights, { lr: 0.1, momentum, weightDecay })),
      expected,
    );
  });
});

describe('Adam', () => {
  test.each([
    { weightDecay: 0, decoupled: false },
    { weightDecay: 0.05, decoupled: false },
    { weightDecay: 0.05, decoupled: true },
  ])('follows Kingma & Ba with bias correction, with %o', ({ weightDecay, decoupled }) => {
    const [b1, b2, eps, lr] = [0.8, 0.95, 1e-6, 0.1];
    const expected = start.map((w, i) => {
      let [m, v] = [0, 0];
      for (let step = 0; step < 5; step++) {
        if (decoupled) w -= lr * weightDecay * w;
        const g = (gradientAt(step)[i] as number) + (decoupled ? 0 : weightDecay * w);
        m = b1 * m + (1 - b1) * g;
        v = b2 * v + (1 - b2) * g * g;
        w -= (lr * (m / (1 - b1 ** (step + 1)))) / (Math.sqrt(v / (1 - b2 ** (step + 1))) + eps);
      }
      return w;
    });
    expectClose(
      run((weights) => optim.adam(weights, { lr, betas: [b1, b2], eps, weightDecay, decoupled })),
      expected,
    );
  });
});

const optimizers: Record<string, (weights: Tensor[]) => optim.Optimizer> = {
  sgd: (weights) => optim.sgd(weights, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  adam: (weights) => optim.adam(weights, { lr: 0.1, weightDecay: 0.01 }),
};

describe.each(Object.entries(optimizers))('%s', (_, make) => {
  test('goes on from a saved state exactly as an undisturbed run', () => {
    const undisturbed = run(make, 6);
    const resumed = scope(() => {
      const feed = (weight: Tensor, optimizer: optim.Optimizer, from: number): void => {
        for (let step = from; step < from + 3; step++) {
          weight.grad = tensor(gradientAt(step), [3], 'float64');
          optimizer.step();
        }
      };
      const first = parameter();
      const before = make([first]);
      feed(first, before, 0);
      const second = parameter([...first.toFloat64()]);
      const after = make([second]);
      after.loadStateDict(new Map([...before.stateDict()].map(([name, value]) => [name, ops.clone(value)])));
      feed(second, after, 3);
      return second.toFloat64();
    });
    expect(resumed).toEqual(undisturbed);
  });

  test('leaves parameters without a gradient alone, and keeps their place in the state', () => {
    scope(() => {
      const [idle, busy] = [parameter(), parameter()];
      const optimizer = make([idle, busy]);
      busy.grad = tensor([1, 1, 1], [3], 'float64');
      optimizer.step();
      expect([...idle.toFloat64()]).toEqual(start);
      expect([...busy.toFloat64()]).not.toEqual(start);
      expect([...optimizer.stateDict().keys()].every((name) => name.endsWith('.1'))).toBe(true);
      optimizer.zeroGrad();
      expect(busy.grad).toBeNull();
    });
  });

  test('refuses the state of an optimiser with more parameters', () => {
    scope(() => {
      const [one, other] = [parameter(), parameter()];
      const larger = make([one, other]);
      for (const weight of [one, other]) weight.grad = tensor([1, 1, 1], [3], 'float64');
      larger.step();
      const smaller = make([parameter()]);
      expect(() => smaller.loadStateDict(larger.stateDict())).toThrow(
        "The state has a parameter 1, the optimiser's own are 0 to 0.",
      );
    });
  });

  test('finds the least squares of a small problem', () => {
    scope(() => {
      const x = ops.randn([32, 3]);
      const y = ops.matmul(x, tensor([1, -1, 2], [3, 1]));
      const net = new nn.Linear(3, 1);
      const optimizer = make(net.parameters());
      const loss = (): Tensor => ops.mseLoss(net.forward(x), y);
      const first = loss().item();
      for (let step = 0; step < 100; step++) {
        scope(() => {
          optimizer.zeroGrad();
          backward(loss());
          optimizer.step();
        });
      }
      expect(loss().item()).toBeLessThan(0.05 * first);
      net.dispose();
    });
  });
});

describe('Parameter groups', () => {
  test('each have their own rate and weight decay, and the rate may change on the way', () => {
    scope(() => {
      const [a, b] = [parameter(), parameter()];
      const optimizer = optim.sgd(
        [
          { parameters: [a], lr: 1 },
          { parameters: [b], weightDecay: 0.5 },
        ],
        { lr: 0.1 },
      );
      const feed = (): void => {
        for (const weight of [a, b]) weight.grad = tensor([1, 1, 1], [3], 'float64');
        optimizer.step();
      };
      feed();
      expectClose(
        a.toFloat64(),
        start.map((w) => w - 1),
      );
      expectClose(
        b.toFloat64(),
        start.map((w) => w - 0.1 * (1 + 0.5 * w)),
      );
      (optimizer.groups[0] as { lr: number }).lr = 0;
      const before = a.toFloat64();
      feed();
      expect(a.toFloat64()).toEqual(before);
    });
  });
});

describe('clipGradNorm', () => {
  test('scales all gradients by max / (norm + 1e-6) and returns the norm before', () => {
    scope(() => {
      const [a, b] = [parameter([0]), parameter([0])];
      a.grad = tensor([3], [1], 'float64');
      b.grad = tensor([4], [1], 'float64');
      expect(optim.clipGradNorm([a, b, parameter()], 1)).toBeCloseTo(5, 12);
      expect(a.grad?.item()).toBeCloseTo(3 / (5 + 1e-6), 12);
      expect(optim.clipGradNorm([a, b], 10)).toBeCloseTo(1, 6);
      expect(b.grad?.item()).toBeCloseTo(4 / (5 + 1e-6), 12); // small enough: untouched
      expect(optim.clipGradNorm([], 1)).toBe(0);
    });
  });

  test('reports a norm that is not finite and leaves the gradients', () => {
    scope(() => {
      const a = parameter([0, 0]);
      a.grad = tensor([1, Number.NaN], [2], 'float64');
      expect(optim.clipGradNorm([a], 0.1)).toBeNaN();
      expect(a.grad?.toFloat64()[0]).toBe(1);
    });
  });
});

describe('Schedules', () => {
  test('drop at the start of epochs 7, 13, 19, 24 for the milestones 8, 14, 20, 25', () => {
    const schedule = optim.stepSchedule([8, 14, 20, 25]);
    const drops = Array.from({ length: 26 }, (_, epoch) => epoch).filter(
      (epoch) => epoch > 0 && schedule({ epoch, step: 0 }) < schedule({ epoch: epoch - 1, step: 0 }),
    );
    expect(drops).toEqual([7, 13, 19, 24]);
    expect(schedule({ epoch: 25, step: 0 })).toBeCloseTo(1e-4, 15);
  });

  test('rise linearly, then fall along half a cosine to the floor and stay there', () => {
    const schedule = optim.cosineSchedule(110, { warmup: 10, floor: 0.1 });
    const at = (step: number): number => schedule({ epoch: 0, step });
    expect([0, 4, 9].map(at)).toEqual([0.1, 0.5, 1]);
    expect(at(10)).toBe(1);
    expect(at(60)).toBeCloseTo(0.55, 12);
    expect([110, 500].map(at)).toEqual([0.1, 0.1]);
    expect(optim.cosineSchedule(10, { per: 'epoch' })({ epoch: 5, step: 999 })).toBeCloseTo(0.5, 12);
    expect(optim.constantSchedule({ epoch: 3, step: 3 })).toBe(1);
  });
});
