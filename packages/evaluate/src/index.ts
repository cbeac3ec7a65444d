export * from './calibration/index.js';
export * from './compare/index.js';
export * from './identification/index.js';
export { checkDirections, checkMatrix, flipSum, type Matrix, meanNorm, normaliseRows, takeRows } from './matrix.js';
export { type ChartOptions, seriesColour } from './plots/chart.js';
export { type DetChartOptions, detChart } from './plots/det.js';
export { type HeatMapOptions, heatMap } from './plots/heatmap.js';
export { type ScoreHistogramOptions, scoreHistogram } from './plots/histogram.js';
export { type IntervalChartOptions, type IntervalRow, intervalChart } from './plots/intervals.js';
export { type LineAxis, type LineChartOptions, type LineSeries, lineChart } from './plots/lines.js';
export { escapeMarkup } from './plots/markup.js';
export { type NamedCurve, type RocChartOptions, rocChart } from './plots/roc.js';
export { type TradeoffChartOptions, type TradeoffPoint, tradeoffChart } from './plots/tradeoff.js';
export { type Problem, ProblemCounter, problemSentence } from './problem.js';
export * from './product/index.js';
export * from './report/evaluation.js';
export { evaluationReport, type PairPictures } from './report/evaluation-report.js';
export { markdownTable } from './report/markdown.js';
export {
  htmlReport,
  type Report,
  type ReportFigure,
  type ReportFrame,
  type ReportImage,
  type ReportSection,
  type ReportTable,
  type ReportTile,
} from './report/report.js';
export { grouped } from './report/words.js';
export {
  bootstrap,
  bootstrapAccuracy,
  bootstrapDifference,
  bootstrapTarAtFar,
  type Difference,
} from './scores/bootstrap.js';
export {
  bootstrapAccuracyByIdentity,
  bootstrapByIdentity,
  bootstrapTarAtFarByIdentity,
  type PairPeople,
  peopleOfPairs,
} from './scores/bootstrap-identity.js';
export { bootstrapTarByUnit, type GenuineUnits } from './scores/bootstrap-units.js';
export { rocCorners } from './scores/corners.js';
export { allowedFalseAccepts, exactTarAtFar, nearestFar } from './scores/exact-point.js';
export { type Interval, wilsonInterval } from './scores/interval.js';
export { normalCdf, normalQuantile } from './scores/normal.js';
export { type Interpolation, type OperatingPoint, tarAtFar } from './scores/operating-point.js';
export type { BootstrapOptions } from './scores/percentiles.js';
export { type PairScores, type Ranking, rankScores, splitScores } from './scores/ranking.js';
export { areaUnderCurve, equalErrorRate, type RocCurve, rankingCurve, rocCurve } from './scores/roc.js';
export { countAbove, type SortedScores, sortScores } from './scores/sorted.js';
export { mean, populationStd } from './statistics.js';
export {
  type GalleryPoint,
  type GalleryReport,
  type OpenSetOptions,
  type OpenSetReport,
  openSetIdentification,
} from './templates/open-set.js';
export { type PairRows, pairRows, scorePairs, type TemplatePairs } from './templates/pairs.js';
export { type PoolingOptions, poolTemplates, type TemplateFaces, type Templates } from './templates/pool.js';
export type { TemplateList } from './templates/search.js';
export {
  IJB_FARS,
  type TemplatePoint,
  type TemplateVerification,
  type TemplateVerificationOptions,
  templateVerification,
} from './templates/verification.js';
export { pairDistances } from './verification/distances.js';
export { contiguousFolds, type Fold } from './verification/folds.js';
export {
  type ValReport,
  type VerificationOptions,
  type VerificationReport,
  verification,
} from './verification/verification.js';
