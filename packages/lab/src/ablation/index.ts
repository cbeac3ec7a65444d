export { differenceOf, type GroupSummary, groupsTable, type Interval, summariseGroups } from './groups.js';
export { type RankedGenotype, type RankReport, rankAgainst } from './rank-report.js';
export * from './report.js';
export * from './results.js';
export * from './study.js';
