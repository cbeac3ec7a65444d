import { ArcFace, templateLoss } from '@pocketnet/lab';
import { backward, ops, optim, scope, type Tensor } from '@pocketnet/torch';
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
  /** Raw embeddings of the teacher, [N, embedding], in a distillation run. */
  teacher?: Tensor;
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
  /** w of the distillation term. */
  weight: number;
}

/** What one step came to. Tensors live until the observer returns. */
export interface StepOutcome {
  /** From 1. */
  step: number;
  loss: number;
  /** Its parts: the head's, and the teacher's (0 without one). */
  headLoss: number;
  teacherLoss: number;
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

/** The released loops on one batch, made of the lab's pieces: two SGDs, of which only the backbone's gradient is clipped. */
export function runSteps(
  model: Json,
  input: TrainingInput,
  recipe: Recipe,
  observe: (outcome: StepOutcome) => void,
): void {
  const { momentum, weightDecay, clip, scale, margin, weight } = recipe;
  const { device, dtype } = input.images;
  const targets = input.teacher && ops.normalize(ops.toDtype(input.teacher, dtype));
  const backbone = buildPocketNet(model, device).to({ dtype });
  const [width = 0, classes = 0] = input.kernel.shape;
  const head = new ArcFace(width, classes, { scale, margin }).to({ device, dtype });
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
        const embeddings = backbone.forward(input.images);
        const headLoss = head.loss(embeddings, input.labels);
        const teacherLoss = targets && templateLoss(embeddings, targets, weight);
        const loss = teacherLoss ? ops.add(headLoss, teacherLoss) : headLoss;
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
          headLoss: headLoss.item(),
          teacherLoss: teacherLoss?.item() ?? 0,
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
