import { passes } from './check.js';
import type { FixtureResult } from './walk.js';

/** A fixture's checks as lines of text, each with its largest error beside its tolerance. */
export function describeResult({ kind, name, checks, gaps, error }: FixtureResult): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.map((check) => {
    const numbers = `${figure(check.error).padStart(8)} of ${figure(check.tolerance)}`;
    const line = `  ${passes(check) ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(width)} ${numbers}`;
    return check.detail === undefined ? line : `${line}  (${check.detail})`;
  });
  const missing = gaps.map((gap) => `  not covered  ${gap.name}: ${gap.why}`);
  const failure = error === undefined ? [] : [`  FAIL  ${error}`];
  return [`${kind} ${name}`, ...lines, ...failure, ...missing].join('\n');
}

function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return value.toExponential(1);
}
