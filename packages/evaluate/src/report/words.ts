import type { Interval } from '../scores/interval.js';
import type { Metric } from './evaluation.js';

/** Numbers as reports print them. */

/** 0.98765 as `98.77`. */
export const percentText = (share: number): string => (100 * share).toFixed(2);

/** 1234567 as `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** 0.00012 as `1.2e-4`; 0 as `0`. */
export const rateText = (rate: number): string =>
  rate === 0 ? '0' : rate >= 0.01 ? String(Number(rate.toPrecision(3))) : rate.toExponential(1).replace('.0e', 'e');

export const rangeText = ({ low, high }: Pick<Interval, 'low' | 'high'>, print: (value: number) => string): string =>
  `${print(low)} – ${print(high)}`;

/** Value and spread of a metric: `99.20 ± 0.31`. */
export function metricText({ value, unit, deviation, resolved }: Metric): string {
  const print = unit === 'share' ? percentText : (number: number) => String(Number(number.toPrecision(5)));
  if (resolved === false) return `${print(value)} (few pairs)`;
  return deviation === undefined ? print(value) : `${print(value)} ± ${print(deviation)}`;
}

export function metricInterval({ interval, unit }: Metric): string {
  if (interval === null) return '–';
  return rangeText(interval, unit === 'share' ? percentText : (number) => String(Number(number.toPrecision(5))));
}

/** 925632 as `0.93 M`. */
export const millions = (value: number | null, digits = 2): string =>
  value === null ? '–' : `${(value / 1e6).toFixed(digits)} M`;

/** 3998463 bytes as `4.00 MB`. */
export const megabytes = (value: number | null): string => (value === null ? '–' : `${(value / 1e6).toFixed(2)} MB`);
