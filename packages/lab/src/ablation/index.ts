export { type Difference, differenceOf, holm, seedSpreadOf } from './difference.js';
export {
  type Comparison,
  comparisonsTable,
  type GroupSummary,
  groupComparisons,
  groupsTable,
  summariseGroups,
} from './groups.js';
export { type RankedGenotype, type RankReport, rankAgainst } from './rank-report.js';
export * from './report.js';
export * from './results.js';
export * from './study.js';
export { type ArmTimes, readArmTimes, timeArms } from './times.js';
