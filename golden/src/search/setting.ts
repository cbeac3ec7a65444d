import { type BilevelBatch, SearchNetwork } from '@pocketnet/lab';
import { type Dtype, ops, optim, type Tensor } from '@pocketnet/torch';
import { type Fixture, type NamedTensors, required } from '../fixture.js';
import type { Json } from '../json.js';

/** In what memory and precision the computation is tried. */
export interface Trial {
  layout: 'contiguous_format' | 'channels_last';
  dtype: Dtype & ('float32' | 'float64');
}

/** A search at its start, as the fixture describes it. */
export interface Setting {
  network: SearchNetwork;
  batch: BilevelBatch;
  optimizer: optim.Optimizer;
  architect: optim.Optimizer;
  rule: { lr: number; momentum: number; weightDecay: number };
  clip: number;
}

/** Runs a body on a fresh network with the fixture's initial weights and α, and disposes of it. */
export function fromStart<T>(fixture: Fixture, trial: Trial, body: (setting: Setting) => T): T {
  const { description } = fixture;
  const init = fixture.tensors(fixture.requiredFile('init'));
  const network = buildSearchNetwork(description.get('model'), init).to({
    device: fixture.device,
    dtype: trial.dtype,
  });
  const rule = {
    lr: description.get('xi').number(),
    momentum: description.find('w_momentum')?.number() ?? 0.9,
    weightDecay: description.find('w_weight_decay')?.number() ?? 3e-4,
  };
  const [beta1 = 0.5, beta2 = 0.999] = description.find('alpha_betas')?.numbers() ?? [];
  const optimizer = optim.sgd(network.weights, { ...rule });
  const architect = optim.adam(network.alphas, {
    lr: description.find('alpha_lr')?.number() ?? 1.2e-3,
    betas: [beta1, beta2],
    eps: description.find('alpha_eps')?.number() ?? 1e-8,
    weightDecay: description.find('alpha_weight_decay')?.number() ?? 1e-3,
  });
  try {
    network.loadStateDict(init);
    const clip = description.find('w_grad_clip')?.number() ?? 5;
    return body({ network, batch: batchOf(fixture, trial), optimizer, architect, rule, clip });
  } finally {
    for (const { stateDict } of [optimizer, architect]) for (const tensor of stateDict().values()) tensor.dispose();
    network.dispose();
  }
}

function buildSearchNetwork(model: Json, init: NamedTensors): SearchNetwork {
  const [width = 512, eachSees = 1] = required(init, 'net.tail.4.weight', 'the initial state').shape;
  return new SearchNetwork({
    classes: model.get('n_classes').number(),
    channels: model.get('C').number(),
    cells: model.get('n_layers').number(),
    nodes: model.find('n_nodes')?.number() ?? 4,
    stemMultiplier: model.find('stem_multiplier')?.number() ?? 3,
    input: model.find('input')?.number() ?? 112,
    tailGroups: width / eachSees,
  });
}

function batchOf(fixture: Fixture, { layout, dtype }: Trial): BilevelBatch {
  const file = fixture.requiredFile('fixture');
  const tensors = fixture.tensors(file);
  const half = (name: 'train' | 'val') => ({
    images: ops.contiguous(ops.toDtype(required(tensors, `${name}_images`, file), dtype), layout),
    labels: required(tensors, `${name}_labels`, file),
  });
  return { train: half('train'), val: half('val') };
}

/** All values of a list of tensors, one after another. */
export const joined = (tensors: readonly Tensor[]): number[] =>
  tensors.flatMap((tensor) => Array.from(tensor.toArray(), Number));

/** The names of the architecture parameters, in the order of `network.alphas`. */
export const alphaNames = (network: SearchNetwork): string[] =>
  Array.from(network.namedParameters(), ([name]) => name).filter((name) => name.startsWith('alpha_'));
