import {
  contiguousFolds,
  flipSum,
  type Matrix,
  meanNorm,
  type VerificationReport,
  verification,
} from '@pocketnet/evaluate';
import type { Tensor } from '@pocketnet/torch';
import { elements, type Findings, maxAbs } from '../check.js';
import { type Fixture, required } from '../fixture.js';

const documented = { accuracyAbs: 1e-12, thresholdAbs: 1e-9, valThresholdAbs: 1e-6, normAbs: 1e-6, distanceAbs: 1e-6 };
type Tolerance = keyof typeof documented;

/** Every number of the LFW protocol. `acc1` and `std1` are left out: they are constants of the log, always 0. */
export function verificationKind(fixture: Fixture, findings: Findings): void {
  const tolerances = fixture.tolerances(documented);
  const { description } = fixture;
  const file = fixture.requiredFile();
  const tensors = fixture.tensors(file);
  const images = matrix(required(tensors, 'embeddings', file));
  const flips = matrix(required(tensors, 'embeddings_flip', file));
  const same = Array.from(elements(required(tensors, 'issame', file)), (value) => value !== 0);
  const folds = description.find('folds')?.number() ?? 10;
  const farTarget = description.find('val_far_target')?.number() ?? 1e-3;

  const report = verification(flipSum(images, flips), same, { folds, farTarget });
  const { val } = report;
  const own: [field: string, tolerance: Tolerance, actual: ArrayLike<number>][] = [
    ['pairs', 'accuracyAbs', [report.pairs]],
    ['dim', 'accuracyAbs', [images.cols]],
    ['fold_test_range', 'accuracyAbs', contiguousFolds(same, folds).flatMap(({ start, end }) => [start, end])],
    ['accuracy_per_fold', 'accuracyAbs', report.foldAccuracies],
    ['accuracy_mean', 'accuracyAbs', [report.accuracy]],
    ['accuracy_std_population', 'accuracyAbs', [report.accuracyStd]],
    ['best_threshold_per_fold', 'thresholdAbs', report.foldThresholds],
    ['train_accuracy_at_best', 'accuracyAbs', trainAccuracies(report, same)],
    ['tpr', 'accuracyAbs', report.tpr],
    ['fpr', 'accuracyAbs', report.fpr],
    ['val', 'accuracyAbs', [val.val]],
    ['val_std', 'accuracyAbs', [val.valStd]],
    ['far', 'accuracyAbs', [val.far]],
    ['val_threshold_per_fold', 'valThresholdAbs', val.foldThresholds],
    ['val_per_fold', 'accuracyAbs', val.foldVals],
    ['far_per_fold', 'accuracyAbs', val.foldFars],
    ['xnorm', 'normAbs', [meanNorm(images, flips)]],
    ['distance_f64_first10', 'thresholdAbs', report.distances.slice(0, 10)],
  ];
  for (const [field, tolerance, actual] of own) {
    const given = description.find(field);
    if (!given) continue;
    const expected = Array.isArray(given.value) ? given.numbers() : [given.number()];
    findings.check(field, maxAbs(actual, expected), tolerances[tolerance]);
  }
  const distances = tensors.get('distance');
  if (distances) findings.check('distance', maxAbs(report.distances, elements(distances)), tolerances.distanceAbs);
}

const matrix = (tensor: Tensor): Matrix => {
  const [rows = 0, cols = 0] = tensor.shape;
  return { rows, cols, data: tensor.toFloat32() };
};

/** Each fold's threshold on the folds that it was chosen on. */
function trainAccuracies({ distances, folds, foldThresholds }: VerificationReport, same: readonly boolean[]): number[] {
  return contiguousFolds(same, folds).map(({ start, end }, k) => {
    let [right, total] = [0, 0];
    for (const [pair, truth] of same.entries()) {
      if (pair >= start && pair < end) continue;
      total++;
      if ((distances[pair] as number) < (foldThresholds[k] as number) === truth) right++;
    }
    return right / total;
  });
}
