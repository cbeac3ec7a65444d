import type { RocCurve } from './roc.js';
import type { SortedScores } from './sorted.js';

/**
 * The whole ROC curve without the points inside its straight lines: the same line as {@link rocCurve}'s, of tens of thousands
 * of points where that has millions. A point is left out when the step to it and the step after it add the same numbers
 * of genuine and of impostor pairs; the first and the last score always stay. This is scikit-learn's `roc_curve` with its
 * default `drop_intermediate=True`.
 */
export function rocCorners({ genuine, impostor }: SortedScores): RocCurve {
  const far: number[] = [0];
  const tar: number[] = [0];
  const threshold: number[] = [Infinity];
  const keep = (accepted: number, falselyAccepted: number, score: number) => {
    tar.push(accepted / genuine.length);
    far.push(falselyAccepted / impostor.length);
    threshold.push(score);
  };
  let [g, i, score] = [0, 0, Infinity];
  let [stepG, stepI] = [-1, -1]; // the step that led to (g, i)
  while (g < genuine.length || i < impostor.length) {
    const next = Math.max(genuine[genuine.length - 1 - g] ?? -Infinity, impostor[impostor.length - 1 - i] ?? -Infinity);
    const [fromG, fromI] = [g, i];
    while (g < genuine.length && genuine[genuine.length - 1 - g] === next) g++;
    while (i < impostor.length && impostor[impostor.length - 1 - i] === next) i++;
    // Whether a point is a corner is only known by the step that leaves it.
    const turns = g - fromG !== stepG || i - fromI !== stepI;
    if (score !== Infinity && (turns || far.length === 1)) keep(fromG, fromI, score);
    [stepG, stepI, score] = [g - fromG, i - fromI, next];
  }
  keep(g, i, score);
  return {
    far: Float64Array.from(far),
    tar: Float64Array.from(tar),
    threshold: Float64Array.from(threshold),
    genuine: genuine.length,
    impostor: impostor.length,
  };
}
