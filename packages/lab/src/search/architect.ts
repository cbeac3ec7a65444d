import { grad, noGrad, ops, type optim, scope, type Tensor } from '@pocketnet/torch';
import type { SearchNetwork } from '../search-space/search-network.js';
import { classifying, type Objective, type SearchBatch } from './objective.js';

/** One step's batches: the weights learn from the one, the architecture from the other. */
export interface BilevelBatch {
  train: SearchBatch;
  val: SearchBatch;
}

/** How the weights would move, which the second order looks ahead to. */
export interface WeightRule {
  /** ξ, the learning rate of the weights. */
  lr: number;
  momentum: number;
  weightDecay: number;
}

export interface ArchitectOptions {
  network: SearchNetwork;
  /** What both halves learn; their classes unless said. */
  objective?: Objective;
  /** The weights' optimiser, whose momentum the look-ahead takes into account. */
  optimizer: optim.Optimizer;
  /** Averages gradients over the ranks of a distributed search, in place. */
  average?: (gradients: readonly Tensor[]) => void;
  /** Added to the validation loss: what an architecture costs, as a function of α. */
  penalty?: () => Tensor;
}

/** ∇α of the validation loss, in the order of `network.alphas`; freed by the scope around. */
export interface ArchitectureGradient {
  gradient: Tensor[];
  /** Of the validation batch: at w in the first order, at w′ in the second. */
  loss: number;
  /** Share of the validation batch that is classified rightly. */
  accuracy: number;
}

/** The parts of a second-order gradient, for those who compare: gradient = direct − ξ·hessian. */
export interface UnrolledGradient extends ArchitectureGradient {
  direct: Tensor[];
  hessian: Tensor[];
  /** ‖∇w′ L_val(w′)‖₂ */
  norm: number;
}

export const loss = ({ network, objective = classifying }: ArchitectOptions, batch: SearchBatch): Tensor =>
  objective(network, batch).loss;

/** First order: ∇α L_val(w, α), as if the weights were at their best already. */
export function firstOrder(options: ArchitectOptions, val: SearchBatch): ArchitectureGradient {
  const { network, average = () => {} } = options;
  const measured = valLoss(options, val);
  const gradient = gradients(measured.objective, network.alphas);
  average(gradient);
  return { gradient, loss: measured.loss, accuracy: measured.accuracy };
}

/**
 * Second order (Liu et al. 2019, eq. 7 and 8): ∇α L_val(w′, α) − ξ·∇²α,w L_trn(w, α)·∇w′ L_val(w′, α) at the weights after one step,
 * w′ = w − ξ(μ·v + ∇w L_trn + λ·w). The product with the Hessian is a finite difference,
 * [∇α L_trn(w + ε·dw) − ∇α L_trn(w − ε·dw)] / 2ε with ε = 0.01 / ‖dw‖₂: four passes.
 *
 * The weights come back as they were, to the bit. The running statistics see the three passes of the training batch; those of the pass
 * at w′ belong to a network that never was (facts 1.2), and are undone.
 */
export function secondOrder(
  options: ArchitectOptions,
  { train, val }: BilevelBatch,
  rule: WeightRule,
): UnrolledGradient {
  const { network, optimizer, average = () => {} } = options;
  const { alphas, weights } = network;
  const start = weights.map((weight) => noGrad(() => ops.clone(weight)));

  // The intermediate lists are as large as the network: each is freed as soon as it has served.
  scope(() => {
    const slope = gradients(loss(options, train), weights);
    average(slope);
    noGrad(() =>
      ops.sgdStep_(weights, slope, velocitiesOf(optimizer, weights), rule.lr, rule.momentum, rule.weightDecay),
    );
  });

  const ahead = keepingStatistics(network, () =>
    scope(() => {
      const measured = valLoss(options, val);
      const [direct, slope] = split(gradients(measured.objective, [...alphas, ...weights]), alphas.length);
      average([...direct, ...slope]);
      return { direct, slope, loss: measured.loss, accuracy: measured.accuracy };
    }),
  );

  const norm = ops.totalNorm(ahead.slope);
  const epsilon = 0.01 / norm;
  const besides = (signed: number): Tensor[] =>
    scope(() => {
      noGrad(() => {
        for (const [i, weight] of weights.entries()) {
          ops.copy_(weight, start[i] as Tensor);
          ops.add_(weight, ahead.slope[i] as Tensor, signed);
        }
      });
      const slope = gradients(loss(options, train), alphas);
      average(slope);
      return slope;
    });
  const [above, below] = [besides(epsilon), besides(-epsilon)];
  scope(() => noGrad(() => weights.forEach((weight, i) => void ops.copy_(weight, start[i] as Tensor))));

  return noGrad(() => {
    const hessian = above.map((slope, i) => ops.divScalar(ops.sub(slope, below[i] as Tensor), 2 * epsilon));
    const gradient = ahead.direct.map((direct, i) => ops.sub(direct, hessian[i] as Tensor, rule.lr));
    for (const spent of [...start, ...ahead.slope, ...above, ...below]) spent.dispose();
    return { gradient, direct: ahead.direct, hessian, norm, loss: ahead.loss, accuracy: ahead.accuracy };
  });
}

function valLoss({ network, penalty, objective = classifying }: ArchitectOptions, batch: SearchBatch) {
  const { loss: value, accuracy } = objective(network, batch);
  return { objective: penalty ? ops.add(value, penalty()) : value, loss: value.item(), accuracy: accuracy() };
}

/** Every weight and α takes part in every pass, so that no gradient is missing. */
const gradients = (value: Tensor, inputs: readonly Tensor[]): Tensor[] => grad(value, inputs) as Tensor[];

const split = <T>(list: readonly T[], at: number): [T[], T[]] => [list.slice(0, at), list.slice(at)];

/** Copies of the momenta, zeros where a weight has none yet: the look-ahead must not change them. */
function velocitiesOf(optimizer: optim.Optimizer, weights: readonly Tensor[]): Tensor[] {
  const state = optimizer.stateDict();
  return weights.map((weight, place) => {
    const velocity = state.get(`momentum.${place}`);
    return velocity ? ops.clone(velocity) : ops.zerosLike(weight);
  });
}

/** Runs a pass in training mode and puts the running statistics back to where they were. */
function keepingStatistics<T>(network: SearchNetwork, body: () => T): T {
  return scope(() => {
    const parameters = new Set<Tensor>(network.parameters());
    const buffers = [...network.stateDict().values()].filter((tensor) => !parameters.has(tensor));
    const before = buffers.map((buffer) => ops.clone(buffer));
    const result = body();
    for (const [i, buffer] of buffers.entries()) ops.copy_(buffer, before[i] as Tensor);
    return result;
  });
}
