export * from './report.js';
export * from './results.js';
export * from './study.js';
