export { checkMatrix, flipSum, type Matrix, meanNorm, normaliseRows } from './matrix.js';
export { type ChartOptions, seriesColour } from './plots/chart.js';
export { type DetChartOptions, detChart } from './plots/det.js';
export { type ScoreHistogramOptions, scoreHistogram } from './plots/histogram.js';
export { type LineAxis, type LineChartOptions, type LineSeries, lineChart } from './plots/lines.js';
export { escapeMarkup } from './plots/markup.js';
export { type NamedCurve, type RocChartOptions, rocChart } from './plots/roc.js';
export {
  htmlReport,
  type Report,
  type ReportFigure,
  type ReportImage,
  type ReportSection,
  type ReportTable,
} from './report/report.js';
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapAccuracy,
  bootstrapDifference,
  bootstrapTarAtFar,
  type Difference,
} from './scores/bootstrap.js';
export { type Interval, wilsonInterval } from './scores/interval.js';
export { normalCdf, normalQuantile } from './scores/normal.js';
export { type Interpolation, type OperatingPoint, tarAtFar } from './scores/operating-point.js';
export { type PairScores, type Ranking, rankScores, splitScores } from './scores/ranking.js';
export { areaUnderCurve, equalErrorRate, type RocCurve, rankingCurve, rocCurve } from './scores/roc.js';
export { mean, populationStd } from './statistics.js';
export { pairDistances } from './verification/distances.js';
export { contiguousFolds, type Fold } from './verification/folds.js';
export {
  type ValReport,
  type VerificationOptions,
  type VerificationReport,
  verification,
} from './verification/verification.js';
