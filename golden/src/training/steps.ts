import { ArcFace } from '@pocketnet/lab';
import { backward, optim, scope, type Tensor } from '@pocketnet/torch';
import { buildPocketNet } from '../configuration.js';
import type { NamedTensors } from '../fixture.js';
import type { Json } from '../json.js';

export interface TrainingInput {
  /** State dict of the backbone at the start. */
  weights: NamedTensors;
  /** [embedding, classes] */
  kernel: Tensor;
  /** [N, 3, S, S] in the layout and precision to be tried. */
  images: Tensor;
  labels: Tensor;
}

export interface Recipe {
  /** Learning rates of every step. */
  rates: readonly { backbone: number; header: number }[];
  momentum: number;
  weightDecay: number;
  /** Largest norm of the backbone's gradient. */
  clip: number;
  scale: number;
  margin: number;
}

/** What one step came to. Tensors live until the observer returns. */
export interface StepOutcome {
  /** From 1. */
  step: number;
  loss: number;
  /** Before clipping. */
  gradNorm: number;
  /** The header's gradient is not clipped. */
  headerGradNorm: number;
  /** After the update, the header's as `header.kernel`. */
  state: NamedTensors;
  /** Velocities under the names of their parameters. */
  momentum: NamedTensors;
  /** Names of what the optimisers change. */
  parameters: ReadonlySet<string>;
}

/** The released ArcFace loop on one batch, made of the lab's pieces: two SGDs, of which only the backbone's gradient is clipped. */
export function runSteps(
  model: Json,
  input: TrainingInput,
  recipe: Recipe,
  observe: (outcome: StepOutcome) => void,
): void {
  const { momentum, weightDecay, clip, scale, margin } = recipe;
  const { dtype } = input.images;
  const backbone = buildPocketNet(model).to({ dtype });
  const [width = 0, classes = 0] = input.kernel.shape;
  const head = new ArcFace(width, classes, { scale, margin }).to({ dtype });
  try {
    backbone.loadStateDict(input.weights);
    head.loadStateDict(new Map([['kernel', input.kernel]]));
    backbone.train();
    const optimizers = {
      backbone: optim.sgd(backbone.parameters(), { lr: 0, momentum, weightDecay }),
      header: optim.sgd(head.parameters(), { lr: 0, momentum, weightDecay }),
    };
    const names = Array.from(backbone.namedParameters(), ([name]) => name);
    for (const [i, rate] of recipe.rates.entries()) {
      scope(() => {
        for (const group of optimizers.backbone.groups) group.lr = rate.backbone;
        for (const group of optimizers.header.groups) group.lr = rate.header;
        const loss = head.loss(backbone.forward(input.images), input.labels);
        optimizers.backbone.zeroGrad();
        optimizers.header.zeroGrad();
        backward(loss);
        const gradNorm = optim.clipGradNorm(backbone.parameters(), clip);
        const headerGradNorm = optim.clipGradNorm(head.parameters(), Number.POSITIVE_INFINITY);
        optimizers.backbone.step();
        optimizers.header.step();
        observe({
          step: i + 1,
          loss: loss.item(),
          gradNorm,
          headerGradNorm,
          state: new Map([...backbone.stateDict(), ['header.kernel', head.kernel]]),
          momentum: new Map([
            ...velocities(optimizers.backbone, names),
            ...velocities(optimizers.header, ['header.kernel']),
          ]),
          parameters: new Set([...names, 'header.kernel']),
        });
      });
    }
    for (const { stateDict } of Object.values(optimizers))
      for (const velocity of stateDict().values()) velocity.dispose();
  } finally {
    backbone.dispose();
    head.dispose();
  }
}

/** An optimiser names its buffers by the parameter's place. */
const velocities = (optimizer: optim.Optimizer, names: readonly string[]): [string, Tensor][] =>
  Array.from(optimizer.stateDict(), ([name, tensor]) => [names[Number(name.split('.').at(-1))] ?? name, tensor]);
