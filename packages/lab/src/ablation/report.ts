import { grouped, lineChart, markdownTable } from '@pocketnet/evaluate';
import type { ArmSummary, Spread, TrialResult } from './results.js';

const points = (fraction: number): string => (100 * fraction).toFixed(2);
const withSpread = ({ mean, std }: Spread): string => `${points(mean)} ± ${points(std)}`;
const signed = ({ mean, std }: Spread): string => `${mean < 0 ? '−' : '+'}${points(Math.abs(mean))} ± ${points(std)}`;

/**
 * The study as a table in Markdown: accuracy in percent, mean ± standard deviation over the seeds.
 * @param ms milliseconds of each arm's network, where they were measured
 */
export function ablationTable(summaries: readonly ArmSummary[], ms: Readonly<Record<string, number>> = {}): string {
  const [reference] = summaries;
  // Where all arms train one network, what it costs says nothing.
  const differ = summaries.some(({ cost }) => cost.flops !== reference?.cost.flops);
  const measured = summaries.some(({ distance }) => distance !== undefined);
  const accepted = summaries.some(({ tar }) => tar !== undefined);
  const timed = Object.keys(ms).length > 0;
  const rows = summaries.map(({ arm, seeds, last, best, gain, cost, distance, tar }) => [
    arm,
    ...(differ ? [grouped(cost.parameters), (cost.flops / 1e6).toFixed(1)] : []),
    ...(timed ? [ms[arm]?.toFixed(2) ?? ''] : []),
    String(seeds.length),
    ...(measured ? [distance ? `${distance.mean.toFixed(4)} ± ${distance.std.toFixed(4)}` : ''] : []),
    withSpread(last),
    withSpread(best),
    ...(accepted ? [tar ? withSpread(tar) : ''] : []),
    gain ? signed(gain) : '',
    last.values.map(points).join(', '),
  ]);
  const titles = [
    'arm',
    ...(differ ? ['parameters', 'MFLOPs'] : []),
    ...(timed ? ['ms'] : []),
    'seeds',
    ...(measured ? ['held-out distance'] : []),
    'last %',
    'best %',
    ...(accepted ? ['TAR at FAR 1e-2 %'] : []),
    `last − ${reference?.arm ?? ''}`,
    'last, by seed',
  ];
  return markdownTable(titles, rows);
}

/** Accuracy over steps, the mean of each arm's seeds, as SVG. */
export function ablationChart(results: readonly TrialResult[], title: string): string {
  const arms = [...new Set(results.map(({ arm }) => arm))];
  return lineChart({
    title,
    x: 'steps',
    y: 'accuracy, %',
    series: arms.map((arm) => {
      const curves = results.filter((result) => result.arm === arm).map(({ curve }) => curve);
      const steps = curves[0]?.map(({ step }) => step) ?? [];
      const mean = steps.map(
        (_, i) => curves.reduce((sum, curve) => sum + (curve[i]?.accuracy ?? Number.NaN), 0) / curves.length,
      );
      return { name: arm, x: steps, y: mean.map((accuracy) => 100 * accuracy) };
    }),
  });
}
