import { backward, init, nn, ops, scope, type Tensor, tensor } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';

class Block extends nn.Module {
  readonly conv: nn.Conv2d;
  readonly bn = new nn.BatchNorm2d(4);
  readonly act = new nn.PReLU(4);

  constructor(channels: number) {
    super();
    this.conv = new nn.Conv2d(channels, 4, 3, { padding: 1 }); // assigned last, declared first
  }

  forward(input: Tensor): Tensor {
    return this.act.forward(this.bn.forward(this.conv.forward(input)));
  }
}

class Net extends nn.Module {
  readonly stem = new nn.Sequential(
    new nn.Conv2d(3, 4, 3, { bias: true }),
    new nn.BatchNorm2d(4, { affine: false }),
    new nn.ReLU(),
  );
  readonly cells = new nn.ModuleList([new Block(4), new Block(4)]);
  readonly scale = new nn.Parameter(scope(() => tensor([2])));
  readonly head = new nn.Linear(4, 2);

  forward(input: Tensor): Tensor {
    let value = this.stem.forward(input);
    for (const cell of this.cells) value = cell.forward(value);
    return ops.mul(this.head.forward(ops.meanOver(value, [2, 3])), this.scale);
  }
}

const statistics = ['running_mean', 'running_var', 'num_batches_tracked'];
const block = (path: string): string[] => [
  `${path}.conv.weight`,
  ...['weight', 'bias', ...statistics].map((name) => `${path}.bn.${name}`),
  `${path}.act.weight`,
];

describe('A module', () => {
  test('names its state as PyTorch does, own parameters first, then children in order of declaration', () => {
    scope(() => {
      const net = new Net();
      expect([...net.stateDict().keys()]).toEqual([
        'scale',
        'stem.0.weight',
        'stem.0.bias',
        ...statistics.map((name) => `stem.1.${name}`),
        ...block('cells.0'),
        ...block('cells.1'),
        'head.weight',
        'head.bias',
      ]);
      expect([...net.namedParameters()].map(([name]) => name)).not.toContain('stem.1.running_mean');
      net.dispose();
    });
  });

  test('gives all its parameters a gradient, through a Sequential and a ModuleList', () => {
    scope(() => {
      const net = new Net();
      backward(ops.sum(ops.exp(net.forward(ops.randn([2, 3, 8, 8])))));
      for (const [name, parameter] of net.namedParameters())
        expect(parameter.grad?.shape, name).toEqual(parameter.shape);
      net.dispose();
    });
  });

  test('computes the same after its state was loaded into another', () => {
    scope(() => {
      const [one, other] = [new Net().eval(), new Net().eval()];
      const x = ops.randn([2, 3, 8, 8]);
      expect(other.forward(x).toFloat32()).not.toEqual(one.forward(x).toFloat32());
      other.loadStateDict(one.stateDict());
      expect(other.forward(x).toFloat32()).toEqual(one.forward(x).toFloat32());
      for (const net of [one, other]) net.dispose();
    });
  });

  test('lists what of a state is missing, unknown or of another shape, and changes nothing then', () => {
    scope(() => {
      const net = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 2));
      const before = [...net.stateDict().values()].map((value) => value.toFloat32());
      const zeros = new Map([...net.stateDict()].map(([name, value]) => [name, ops.zerosLike(value)]));
      zeros.delete('1.bias');
      zeros.set('1.extra', tensor([0]));
      zeros.set('0.bias', tensor([0, 0, 0]));
      expect(() => net.loadStateDict(zeros)).toThrow(
        /1 missing \(1\.bias\).*1 unknown \(1\.extra\).*1 of another shape \(0\.bias \[3\] for \[2\]\)/,
      );
      expect([...net.stateDict().values()].map((value) => value.toFloat32())).toEqual(before);
      net.dispose();
    });
  });

  test('converts floating-point state by to(), keeps counters and what is frozen, and still computes', () => {
    scope(() => {
      const net = new Net();
      (net.head.bias as Tensor).requiresGrad = false;
      net.to({ dtype: 'float64' });
      const dtypes = new Map([...net.stateDict()].map(([name, value]) => [name, value.dtype]));
      expect(dtypes.get('stem.0.weight')).toBe('float64');
      expect(dtypes.get('cells.1.bn.running_var')).toBe('float64');
      expect(dtypes.get('stem.1.num_batches_tracked')).toBe('int64');
      expect(net.head.bias?.requiresGrad).toBe(false);
      expect(net.head.weight.requiresGrad).toBe(true);
      expect(net.forward(ops.randn([2, 3, 8, 8], 'float64')).dtype).toBe('float64');
      net.dispose();
    });
  });

  test('says that a ModuleList computes nothing itself', () => {
    expect(() => new nn.ModuleList([]).forward()).toThrow(/only holds modules/);
  });
});

describe('Batch normalisation', () => {
  test('follows its formula: biased variance for the batch, unbiased for the running one', () => {
    scope(() => {
      const bn = new nn.BatchNorm2d(2).to({ dtype: 'float64' });
      init.constant(bn.weight as Tensor, 3);
      init.constant(bn.bias as Tensor, 0.5);
      const values = [1, 2, 4, 9, -1, 0, 7, 2]; // [N = 2, C = 2, 2]
      const y = bn.forward(tensor(values, [2, 2, 2, 1], 'float64')).toFloat64();
      for (const c of [0, 1]) {
        const places = [0, 1, 4, 5].map((i) => i + 2 * c);
        const xs = places.map((i) => values[i] as number);
        const mean = xs.reduce((a, b) => a + b) / 4;
        const squares = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
        for (const i of places)
          expect(y[i]).toBeCloseTo(3 * (((values[i] as number) - mean) / Math.sqrt(squares / 4 + 1e-5)) + 0.5, 12);
        expect(bn.running_mean.toFloat64()[c]).toBeCloseTo(0.1 * mean, 12);
        expect(bn.running_var.toFloat64()[c]).toBeCloseTo(0.9 + 0.1 * (squares / 3), 12);
      }
      expect(bn.num_batches_tracked.item()).toBe(1);
      const still = bn
        .eval()
        .forward(tensor(values, [2, 2, 2, 1], 'float64'))
        .toFloat64();
      const [m, v] = [bn.running_mean.toFloat64()[0] as number, bn.running_var.toFloat64()[0] as number];
      expect(still[1]).toBeCloseTo((3 * (2 - m)) / Math.sqrt(v + 1e-5) + 0.5, 12);
      expect(bn.num_batches_tracked.item()).toBe(1);
      bn.dispose();
    });
  });
});

describe('Fresh layers', () => {
  test('draw their weights from U(−1/√fan_in, 1/√fan_in), as PyTorch does', () => {
    scope(() => {
      const conv = new nn.Conv2d(16, 32, 3, { groups: 4, bias: true });
      const bound = 1 / Math.sqrt(4 * 9);
      for (const values of [conv.weight.toFloat32(), (conv.bias as Tensor).toFloat32()]) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeLessThanOrEqual(bound);
        expect(largest).toBeGreaterThan(0.8 * bound);
      }
      conv.dispose();
    });
  });
});
