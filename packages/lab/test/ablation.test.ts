import { type ArmSummary, ablationTable } from '@pocketnet/lab';
import { describe, expect, test } from 'vitest';

const spread = (...values: number[]) => ({ mean: values[0] ?? 0, std: 0, values });
const arm = (name: string, flops: number, gain?: number): ArmSummary => ({
  arm: name,
  seeds: [1],
  last: spread(0.9),
  best: spread(0.91),
  cost: { parameters: 12_345, macs: flops / 2, flops },
  ...(gain !== undefined && { gain: spread(gain) }),
});

describe("A study's table", () => {
  test('tells what the networks cost where they differ, and only there', () => {
    const alike = ablationTable([arm('none', 2e6), arm('some', 2e6, -0.01)]);
    expect(alike.split('\n')[0]).toBe('| arm | seeds | last % | best % | last − none | last, by seed |');
    expect(alike).toContain('| some | 1 | 90.00 ± 0.00 | 91.00 ± 0.00 | −1.00 ± 0.00 | 90.00 |');
    const unlike = ablationTable([arm('none', 2e6), arm('some', 3.26e6, 0.01)]);
    expect(unlike).toContain('| some | 12,345 | 3.3 | 1 |');
  });
});
