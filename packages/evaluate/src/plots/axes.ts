import { normalQuantile } from '../scores/normal.js';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten as papers print it: 10⁻⁴ … 10⁻¹, 1, 10, 10². */
export function powerLabel(value: number): string {
  const power = Math.round(Math.log10(value));
  if (power === 0 || power === 1) return String(10 ** power);
  const digits = Array.from(String(Math.abs(power)), (digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${power < 0 ? '⁻' : ''}${digits}`;
}

const isPowerOfTen = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;

/** Labels of a logarithmic axis from `low` to `high`: its powers of ten, where it holds two of them; otherwise as Plot has them. */
export const logLabels = (low: number, high: number): ((value: number) => string) | undefined =>
  Math.floor(Math.log10(high)) > Math.ceil(Math.log10(low))
    ? (value) => (isPowerOfTen(value) ? powerLabel(value) : '')
    : undefined;

/** A rate in percent: 50%, 1%, 0.01%. */
export function percentLabel(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))}%`;
}

/** 1, 2 and 5 of each power of ten from `low` to `high`: the ticks of a logarithmic axis that spans few of them. */
export function oneTwoFive(low: number, high: number): number[] {
  const powers = Array.from({ length: 40 }, (_, i) => i - 20).filter(
    (power) => 10 ** (power + 1) > low && 10 ** power <= high,
  );
  return powers
    .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
    .filter((at) => at >= low && at <= high);
}

/** Powers of ten from `min` to 1. */
export function decades(min: number): number[] {
  const lowest = Math.round(Math.log10(min));
  return Array.from({ length: 1 - lowest }, (_, i) => 10 ** (lowest + i));
}

/** The smallest FAR worth drawing: the power of ten at or above one impostor pair in all, between 1e-7 and 0.1. */
export function smallestFar(impostorPairs: number): number {
  const decade = Math.floor(-Math.log10(Math.max(1, impostorPairs)));
  return 10 ** Math.min(-1, Math.max(-7, decade));
}

/** Where a rate is drawn on an axis, and the ticks of that axis. */
export interface RateScale {
  readonly place: (rate: number) => number;
  readonly ticks: (min: number, max: number) => number[];
  readonly label: (rate: number) => string;
}

/** `log` spreads small rates; `probit` is the normal deviate, on which normal scores' DET curves are straight. */
export const RATE_SCALES = {
  log: {
    place: Math.log10,
    ticks: (min, max) => decades(min).filter((rate) => rate <= max * 1.0001),
    label: powerLabel,
  },
  probit: {
    place: normalQuantile,
    ticks: (min, max) =>
      [...decades(min).slice(0, -2), 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9].filter(
        (rate, i, all) => rate >= min * 0.999 && rate <= max && all.indexOf(rate) === i,
      ),
    label: percentLabel,
  },
} satisfies Record<string, RateScale>;
