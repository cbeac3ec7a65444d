import { autocast, backward, fromArray, meanOverRanks, ops, optim, scope, type Tensor } from '@pocketnet/torch';
import type { ExperimentConfig } from '../config/index.js';
import type { Lesson } from './lesson.js';
import { guardFinite } from './nan-guard.js';
import type { OpenRun } from './open-run.js';

/** What one step came to, the mean over all processes. */
export interface StepLosses {
  loss: number;
  /** Its terms, weighted. */
  losses: number[];
  /** Of the backbone, before clipping. */
  gradNorm: number;
}

/** One step: forward, loss, backward, mean over the processes, clip, update. */
export function trainStep(config: ExperimentConfig, run: OpenRun, { images, count, views }: Lesson): StepLosses {
  const { backbone, head, optimizers, terms, replicas, group, position } = run;
  const { device } = config;
  const { size } = config.data;
  const compute = <T>(body: () => T): T =>
    config.precision === 'bf16' ? autocast(device === 'cpu' ? 'cpu' : 'cuda', body) : body();
  const onDevice = (values: Float32Array, shape: number[]): Tensor =>
    ops.toDevice(fromArray(values, shape), device, 'float32');

  return scope(() => {
    const input =
      images instanceof Float32Array ? ops.permute(onDevice(images, [count, size, size, 3]), [0, 3, 1, 2]) : images;
    const embeddings = ops.toDtype(
      compute(() => backbone.forward(input)),
      'float32',
    );
    const seen = views.map(({ targets, ...view }) => ({
      ...view,
      ...(targets && { targets: onDevice(targets, [count, targets.length / count]) }),
    }));
    head?.observe(ops.detach(embeddings), seen);
    const lost = terms.map((term) => {
      const parts = seen.flatMap(({ share, ...view }) => {
        const value = term.value({ embeddings, ...view });
        return value === undefined ? [] : [ops.mulScalar(value, share)];
      });
      return parts.length === 0 ? undefined : parts.reduce((sum, part) => ops.add(sum, part));
    });
    const total = lost.filter((value) => value !== undefined).reduce((sum, value) => ops.add(sum, value));
    optimizers.backbone.zeroGrad();
    optimizers.head.zeroGrad();
    backward(total);
    replicas.finish();
    const gradNorm = optim.clipGradNorm(backbone.parameters(), config.clip);
    const [loss = Number.NaN, ...losses] = meanOverRanks(
      [total.item(), ...lost.map((value) => value?.item() ?? 0)],
      group,
    );
    guardFinite({ step: position.step + 1, loss, gradNorm, input, backbone, head });
    optimizers.backbone.step();
    optimizers.head.step();
    return { loss, losses, gradNorm };
  });
}
