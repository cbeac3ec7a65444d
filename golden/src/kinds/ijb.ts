import {
  areaUnderCurve,
  type Matrix,
  nearestFar,
  pairRows,
  poolTemplates,
  type RocCurve,
  rocCorners,
  rocCurve,
  scorePairs,
  sortScores,
  splitScores,
  tarAtFar,
  templateVerification,
} from '@pocketnet/evaluate';
import { elements, type Findings, maxAbs } from '../check.js';
import { type Fixture, required } from '../fixture.js';
import type { Json } from '../json.js';

/** `curveAbs` is for rates and areas, which are quotients of whole numbers; the fixture itself tolerates no other table. */
const documented = { featureAbs: 1e-6, scoreAbs: 1e-6, curveAbs: 1e-9 };

/** IJB's 1:1 protocol by the released rule: templates, scores, the printed row and the curve behind it. */
export function ijbKind(fixture: Fixture, findings: Findings): void {
  const tolerances = fixture.tolerances(documented);
  const { description } = fixture;
  const file = fixture.requiredFile();
  const tensors = fixture.tensors(file);
  const values = (name: string) => elements(required(tensors, name, file));
  const ids = (name: string) => Int32Array.from(values(name));
  const settings = description.find('settings');
  const setting = (name: string) => settings?.find(name)?.boolean() ?? true;

  const [rows = 0, width = 0] = required(tensors, 'image_features', file).shape;
  const { left, right } = halves({ rows, cols: width, data: Float32Array.from(values('image_features')) });
  const templates = poolTemplates(
    {
      embeddings: left,
      mirrored: right,
      template: ids('image_template_id'),
      media: ids('image_media_id'),
      detectorScore: values('face_scores'),
    },
    {
      norm: setting('use_norm_score'),
      detector: setting('use_detector_score'),
      flip: setting('use_flip_test'),
    },
  );
  findings.same('unique_templates', Array.from(templates.ids), Array.from(values('unique_templates')));
  const { data } = templates.features;
  findings.check('template_features', maxAbs(data, values('template_features')), tolerances.featureAbs);

  const pairs = columns(ids('pairs_t1_t2_label'));
  const scores = scorePairs(templates.features, pairRows(templates, pairs));
  findings.check('scores', maxAbs(scores, values('scores')), tolerances.scoreAbs);
  const first = description.find('scores_f64_first10');
  if (first) findings.check('scores_f64_first10', maxAbs(scores.slice(0, 10), first.numbers()), tolerances.scoreAbs);

  const fars = description.find('far_labels')?.numbers() ?? [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
  const report = templateVerification(scores, pairs.same, { fars, rule: 'released' });
  const compare = (field: string, actual: number[]) => {
    const expected = description.find(field);
    if (!expected) return;
    const numbers = Array.isArray(expected.value) ? expected.numbers() : [expected.number()];
    findings.check(field, maxAbs(actual, numbers), tolerances.curveAbs);
  };
  const tars = report.points.map(({ tar }) => tar);
  compare('tar_exact', tars);
  compare(
    'far_used',
    report.points.map(({ far }) => far),
  );
  compare('auc', [report.auc]);
  compareRow(findings, description.find('table_row_printed'), tars);

  const full = rocCurve(splitScores(scores, Array.from(pairs.same, Boolean)));
  compareRow(
    findings,
    description.find('table_row_if_no_points_were_dropped'),
    fars.map((far) => nearestFar(full, far).tar),
  );
  findings.check('auc of the full curve', Math.abs(areaUnderCurve(full) - report.auc), tolerances.curveAbs);
  const exact = templateVerification(scores, pairs.same, { fars, intervals: false }).points;
  const steps = fars.map((far) => tarAtFar(full, far, 'step').tar);
  const ranked = exact.map(({ tar }) => tar);
  findings.check('exact rule on the full curve', maxAbs(ranked, steps), 0);
  compareCurve(findings, description.find('roc'), rocCorners(sortScores(scores, pairs.same)), full, tolerances);
}

/** Columns 0 … d − 1 are of the image, d … 2d − 1 of its mirror image. */
function halves({ rows, cols, data }: Matrix): { left: Matrix; right: Matrix } {
  const width = cols / 2;
  const half = (from: number): Matrix => {
    const values = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++)
      values.set(data.subarray(row * cols + from, row * cols + from + width), row * width);
    return { rows, cols: width, data: values };
  };
  return { left: half(0), right: half(width) };
}

function columns(table: Int32Array) {
  const column = (at: number) => table.filter((_, i) => i % 3 === at);
  return { first: column(0), second: column(1), same: Uint8Array.from(column(2)) };
}

/** The row as printed: percent with two decimals, perhaps after a heading. */
function compareRow(findings: Findings, printed: Json | undefined, tars: readonly number[]): void {
  if (!printed) return;
  const cells = printed.texts().filter((cell) => /^\d+\.\d+$/.test(cell));
  const name = printed.path.split(' ').at(-1) ?? 'row';
  findings.same(
    name,
    tars.map((tar) => twoDecimals(tar * 100)),
    cells,
  );
}

/** As Python's `%.2f`, which rounds a tie to the even digit. */
function twoDecimals(value: number): string {
  const hundredths = value * 100;
  const isTie = hundredths % 1 === 0.5;
  return isTie ? ((2 * Math.round(hundredths / 2)) / 100).toFixed(2) : value.toFixed(2);
}

function compareCurve(
  findings: Findings,
  given: Json | undefined,
  corners: RocCurve,
  full: RocCurve,
  tolerances: { scoreAbs: number; curveAbs: number },
): void {
  if (!given) return;
  const curve = given.find('drop_intermediate')?.value === false ? full : corners;
  const lists = [
    ['fpr', curve.far, tolerances.curveAbs],
    ['tpr', curve.tar, tolerances.curveAbs],
    // scikit-learn's first threshold is an invented one, above all scores.
    ['thresholds', curve.threshold.slice(1), tolerances.scoreAbs],
  ] as const;
  for (const [field, actual, tolerance] of lists) {
    const numbers = given.find(field)?.numbers();
    if (!numbers) continue;
    findings.check(`roc.${field}`, maxAbs(actual, field === 'thresholds' ? numbers.slice(1) : numbers), tolerance);
  }
  const points = given.find('points_without_dropping');
  if (points) findings.same('roc.points_without_dropping', [full.far.length], [points.number()]);
}
