import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedPairs } from '@pocketnet/data';
import {
  Block,
  checkExport,
  count,
  exportNetwork,
  exportOnnx,
  exportTolerance,
  findNetwork,
  firstBadLayer,
  type Interpreter,
  IResNet,
  loadNetwork,
  MobileFaceNet,
} from '@pocketnet/lab';
import { compareRuns, encodeModel, missingRuntimes, openModel } from '@pocketnet/onnx';
import {
  backward,
  fromArray,
  liveTensors,
  manualSeed,
  nn,
  noGrad,
  ops,
  optim,
  saveTensors,
  scope,
  type Tensor,
} from '@pocketnet/torch';
import { afterAll, describe, expect, it } from 'vitest';
import { noise, randomised, randomNetwork } from './random-network.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-teachers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const smallest = { units: [1, 1, 1, 1], embedding: 8, input: 16 };
const images = (batch: number, size: number): Tensor =>
  ops.permute(fromArray(noise(batch, size), [batch, size, size, 3]), [0, 3, 1, 2]);
const deviation = (values: Float32Array): number =>
  Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
const statistics = ['running_mean', 'running_var', 'num_batches_tracked'];
const norm = (path: string): string[] => ['weight', 'bias', ...statistics].map((name) => `${path}.${name}`);

describe('IResNet', () => {
  it.each([
    ['iresnet-18', 128, 8, 14_390_656, '2.6003'],
    ['iresnet-18', 256, 8, 17_602_304, '2.6035'],
    ['iresnet-18', 512, 8, 24_025_600, '2.6100'],
    ['iresnet-34', 128, 16, 24_504_384, '4.4500'],
    ['iresnet-50', 128, 24, 33_955_904, '6.2997'],
    ['iresnet-100', 128, 49, 55_521_216, '12.0800'],
  ])('%s at %i dimensions has the released sizes', (name, embedding, units, parameters, gigaMacs) => {
    const network = findNetwork(name).build({ embedding });
    const cost = count(network);
    expect(cost.parameters).toBe(parameters);
    expect((cost.macs / 1e9).toFixed(4)).toBe(gigaMacs);
    expect(network.stateDict().size).toBe(18 * units + 43);
    network.dispose();
  });

  it('has the released names, in order', () => {
    const network = new IResNet({ ...smallest, units: [2, 1, 1, 1] });
    const unit = (path: string, downsample: boolean): string[] => [
      ...norm(`${path}.bn1`),
      `${path}.conv1.weight`,
      ...norm(`${path}.bn2`),
      `${path}.prelu.weight`,
      `${path}.conv2.weight`,
      ...norm(`${path}.bn3`),
      ...(downsample ? [`${path}.downsample.0.weight`, ...norm(`${path}.downsample.1`)] : []),
    ];
    expect([...network.stateDict().keys()]).toEqual([
      'conv1.weight',
      ...norm('bn1'),
      'prelu.weight',
      ...unit('layer1.0', true),
      ...unit('layer1.1', false),
      ...['layer2.0', 'layer3.0', 'layer4.0'].flatMap((path) => unit(path, true)),
      ...norm('bn2'),
      'fc.weight',
      'fc.bias',
      ...norm('features'),
    ]);
    network.dispose();
  });

  it('starts with convolutions of deviation 0.1, a linear layer within ±1/√in, and slopes of 1/4', () => {
    manualSeed(1);
    const network = new IResNet(smallest);
    for (const [name, parameter] of network.namedParameters()) {
      const values = parameter.toFloat32();
      if (parameter.shape.length === 4) expect(Math.abs(deviation(values) / 0.1 - 1), name).toBeLessThan(0.05);
      else if (name.startsWith('fc.')) expect(Math.max(...values.map(Math.abs)), name).toBeLessThan(1 / Math.sqrt(512));
      else
        expect(new Set(values), name).toEqual(new Set([name.includes('prelu') ? 0.25 : Number(/weight/.test(name))]));
    }
    network.dispose();
  });

  it('keeps the scale of its last norm in training, weight decay or not, and trains all else', () => {
    manualSeed(2);
    const network = new IResNet(smallest).train();
    const before = new Map([...network.namedParameters()].map(([name, tensor]) => [name, tensor.toFloat32()]));
    const optimizer = optim.sgd(network.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.1 });
    scope(() => {
      const output = network.forward(images(4, 16));
      backward(ops.sum(ops.mul(output, fromArray(noise(1, 8).subarray(0, output.size), output.shape))));
      optimizer.step();
    });
    const kept = [...network.namedParameters()].filter(([name, tensor]) => {
      const old = before.get(name) ?? new Float32Array();
      return tensor.toFloat32().every((value, i) => value === old[i]);
    });
    expect(kept.map(([name]) => name)).toEqual(['features.weight']);
    network.dispose();
  });

  it('refuses stages that are none', () => {
    for (const units of [[1, 1, 1], [1, 1, 0, 1], [1, 1, 1.5, 1], []])
      expect(() => new IResNet({ ...smallest, units })).toThrow('four stages');
  });
});

describe('MobileFaceNet', () => {
  it.each([128, 256, 512])('at %i dimensions has the released sizes', (embedding) => {
    const network = findNetwork('mobilefacenet').build({ embedding });
    expect(count(network).parameters).toBe(934_016 + 515 * embedding);
    expect(network.stateDict().size).toBe(307);
    if (embedding === 128) expect((count(network).macs / 1e6).toFixed(2)).toBe('233.81');
    network.dispose();
  });

  it('has the released names, in order', () => {
    const network = new MobileFaceNet({ embedding: 8, input: 16 });
    const names = [...network.stateDict().keys()];
    expect(names.slice(0, 38)).toEqual([
      'conv1.0.weight',
      ...norm('conv1.1'),
      'dw_conv.depthwise.weight',
      'dw_conv.pointwise.weight',
      ...norm('dw_conv.bn1'),
      ...norm('dw_conv.bn2'),
      'conv2.0.weight',
      ...norm('conv2.1'),
      'gdconv.depthwise.weight',
      ...norm('gdconv.bn'),
      'conv3.weight',
      'conv3.bias',
      ...norm('bn'),
      'features.0.conv.0.0.weight',
    ]);
    expect(names.slice(-18)).toEqual(
      [0, 1]
        .flatMap((i) => [`features.14.conv.${i}.0.weight`, ...norm(`features.14.conv.${i}.1`)])
        .concat('features.14.conv.2.weight', norm('features.14.conv.3')),
    );
    network.dispose();
  });

  it('starts with convolutions of deviation √(2 / (out · k²)), and a bias of 0', () => {
    manualSeed(1);
    const network = new MobileFaceNet({ embedding: 128 });
    for (const [name, parameter] of network.namedParameters()) {
      const [out = 1, , kernel] = parameter.shape;
      const values = parameter.toFloat32();
      if (kernel === undefined) expect(new Set(values), name).toEqual(new Set([Number(name.endsWith('weight'))]));
      else expect(deviation(values) / Math.sqrt(2 / (out * kernel ** 2)), name).toBeCloseTo(1, 0);
    }
    network.dispose();
  });

  it('computes what its definition says, layer by layer from the state dict', () => {
    const network = randomNetwork('mobilefacenet', { input: 48 });
    const state = network.stateDict();
    const at = (name: string): Tensor => {
      const tensor = state.get(name);
      if (!tensor) throw new Error(`There is no ${name}.`);
      return tensor;
    };
    const bn = (x: Tensor, path: string): Tensor => {
      const [weight, bias, mean, variance] = norm(path).map(at) as [Tensor, Tensor, Tensor, Tensor];
      return ops.batchNorm(x, weight, bias, mean, variance, false, 0.1, 1e-5, false);
    };
    const conv = (x: Tensor, path: string, stride = 1, groups = 1, bias: Tensor | null = null): Tensor => {
      const weight = at(`${path}.weight`);
      const side = weight.shape[2] ?? 0;
      // All 3×3 kernels are padded by 1; the global one, as large as the last map, happens to be 3×3 here and is not.
      return ops.conv2d(x, weight, bias, stride, side === 3 && !path.startsWith('gdconv') ? 1 : 0, 1, groups);
    };
    const relu6 = (x: Tensor): Tensor => ops.clamp(x, 0, 6);
    const strides = [2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1];
    noGrad(() =>
      scope(() => {
        let x = relu6(bn(conv(images(2, 48), 'conv1.0', 2), 'conv1.1'));
        x = ops.relu(bn(conv(x, 'dw_conv.depthwise', 1, 64), 'dw_conv.bn1'));
        x = ops.relu(bn(conv(x, 'dw_conv.pointwise'), 'dw_conv.bn2'));
        for (const [i, stride] of strides.entries()) {
          const path = `features.${i}.conv`;
          const hidden = relu6(bn(conv(x, `${path}.0.0`), `${path}.0.1`));
          const filtered = relu6(bn(conv(hidden, `${path}.1.0`, stride, hidden.shape[1]), `${path}.1.1`));
          const out = bn(conv(filtered, `${path}.2`), `${path}.3`);
          x = stride === 1 ? ops.add(x, out) : out;
        }
        x = relu6(bn(conv(x, 'conv2.0'), 'conv2.1'));
        x = bn(conv(x, 'gdconv.depthwise', 1, 512), 'gdconv.bn');
        x = ops.flatten(bn(conv(x, 'conv3', 1, 1, at('conv3.bias')), 'bn'), 1);
        expect(compareRuns(x.toFloat32(), network.forward(images(2, 48)).toFloat32()).maxRelative).toBeLessThan(1e-5);
      }),
    );
    network.dispose();
  });
});

describe.each([
  ['IResNet', (input: number): Block => new IResNet({ ...smallest, input })],
  ['MobileFaceNet', (input: number): Block => new MobileFaceNet({ embedding: 8, input })],
])('the input of %s', (_, build) => {
  it.each([16, 17, 31, 32, 50, 64])('may have a side of %i', (input) => {
    const network = build(input).eval();
    expect(scope(() => network.forward(images(1, input)).shape)).toEqual([1, 8]);
    network.dispose();
  });

  it.each([15, 0, -16, 40.5, Number.NaN, Number.POSITIVE_INFINITY])('cannot have a side of %d', (input) => {
    const before = liveTensors();
    expect(() => build(input)).toThrow(`An input of ${input} pixels does not fit`);
    expect(liveTensors()).toBe(before);
  });

  it('has the side that the network was built for', () => {
    const network = build(32).eval();
    expect(() => scope(() => network.forward(images(1, 64)))).toThrow("larger than the network's input");
    expect(() => scope(() => network.forward(images(1, 16)))).toThrow();
    network.dispose();
  });
});

/** Every operation that the teachers brought, on numbers that reach past both ends of ReLU6. */
class Rectified extends Block {
  readonly fc1 = new nn.Linear(48, 16);
  readonly bn = new nn.BatchNorm1d(16);
  readonly fc2 = new nn.Linear(16, 4, { bias: false });
  read<V>(x: V, by: Interpreter<V>): V {
    const hidden = by.norm(by.linear(by.flatten(by.relu(x), 4), this.fc1), this.bn);
    return by.linear(by.relu6(hidden), this.fc2);
  }
}

describe('a network of linear layers, norms of rows, ReLU and ReLU6', () => {
  const make = (): Rectified => {
    manualSeed(4);
    const network = randomised(new Rectified());
    noGrad(() => ops.mulScalar_(network.fc1.weight, 20).dispose());
    return network;
  };

  it('is counted: inputs times outputs, 2 a norm output, 1 an output of either ReLU', () => {
    const network = make();
    const macs = 48 * 16 + 16 * 4;
    expect(count(network, 4)).toEqual({
      parameters: macs + 16 + 2 * 16,
      macs,
      flops: 2 * macs + 48 + 2 * 16 + 16,
    });
    network.dispose();
  });

  it('computes the same as a graph', async () => {
    const network = make();
    const values = noise(3, 4);
    const own = scope(() => network.forward(fromArray(values, [3, 3, 4, 4])).toFloat32());
    const { graph } = exportNetwork(network, { name: 'rectified', embedding: 4, input: 4 });
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Flatten', 'Gemm', 'BatchNormalization', 'Clip', 'Gemm']);
    const model = await openModel(encodeModel(graph), { threads: 1 });
    const { embedding } = await model.run({
      input: { data: values as Float32Array<ArrayBuffer>, dims: [3, 3, 4, 4] },
    });
    await model.close();
    expect(compareRuns(own, embedding?.data as Float32Array).maxRelative).toBeLessThan(exportTolerance);
    network.dispose();
  });

  it('names the linear layer that gives no number', () => {
    const network = make();
    scope(() => {
      const input = fromArray(noise(2, 4), [2, 3, 4, 4]);
      expect(firstBadLayer(network, input)).toBeUndefined();
      noGrad(() => ops.fill_(network.fc2.weight, Number.NaN));
      expect(firstBadLayer(network, input)).toBe('fc2');
    });
    network.dispose();
  });
});

describe.each(['iresnet-18', 'mobilefacenet'])('weights of %s in a file', (name) => {
  it('come back as they were, and export to what every runtime computes alike', async () => {
    const [weights, model] = [join(folder, `${name}.safetensors`), join(folder, `${name}.onnx`)];
    const network = randomNetwork(name, { input: 32, embedding: 16 });
    saveTensors(weights, network.stateDict(), { network: name, input: '32', embedding: '16' });
    const loaded = loadNetwork(weights);
    const [own, other] = [network, loaded.network].map((one) => scope(() => one.forward(images(2, 32)).toFloat32()));
    expect(other).toEqual(own);
    for (const one of [network, loaded.network]) one.dispose();
    exportOnnx(weights, undefined, model);
    const check = await checkExport(weights, model, generatedPairs({ pairs: 2, size: 32 }).images);
    const missing = Object.entries(await missingRuntimes());
    expect(Object.keys(check)).toEqual(missing.flatMap(([name, reason]) => (reason === undefined ? [name] : [])));
    expect(Object.keys(check)).toEqual(expect.arrayContaining(['native', 'wasm', 'engine']));
    for (const relative of Object.values(check)) expect(relative).toBeLessThanOrEqual(exportTolerance);
  });
});
