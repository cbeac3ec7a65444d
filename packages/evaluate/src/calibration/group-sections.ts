import { intervalChart } from '../plots/intervals.js';
import type { ReportSection, ReportTable } from '../report/report.js';
import { grouped, rangeText, rateText } from '../report/words.js';
import type { GroupingResult, GroupRate } from './groups.js';

/** Tables and charts of false matches by group, for a report: one section a grouping and threshold. */
export function groupSections(results: readonly GroupingResult[]): ReportSection[] {
  return results.map((result) => {
    const { name, threshold, overall, rates, groups, unknown } = result;
    const inside = rates.filter(({ first, second, fmr }) => first === second && fmr !== null);
    const chart = inside.some(({ fmr }) => (fmr?.estimate ?? 0) > 0)
      ? {
          figure: {
            svg: intervalChart({
              title: `False match rate inside each group, by ${name}`,
              subtitle: `Cosine ≥ ${threshold.toFixed(4)} for everybody; all pairs: ${rateText(overall.estimate)}`,
              label: 'FMR',
              scale: 'log',
              reference: { value: overall.estimate, name: 'all pairs' },
              rows: inside.flatMap(({ first, fmr }) => (fmr ? [{ name: first, interval: fmr }] : [])),
            }),
            caption:
              'Two strangers of one group, at the threshold common to all. A line to the left border: no false match was seen.',
          },
        }
      : {};
    return {
      heading: `By ${name}, at FMR ${rateText(overall.estimate)}`,
      text: `One threshold for everybody: cosine ≥ ${threshold.toFixed(4)}, at which ${rateText(overall.estimate)} of all pairs of strangers match (${rangeText(overall, rateText)}). ${unknown > 0 ? `${grouped(unknown)} faces have no ${name} and count in that rate alone.` : ''}`,
      table: [insideTable(inside, overall.estimate, groups), crossTable(result)],
      ...chart,
    };
  });
}

function insideTable(inside: readonly GroupRate[], overall: number, groups: GroupingResult['groups']): ReportTable {
  return {
    columns: ['group', 'faces', 'pairs', 'false matches', 'FMR', '95 % interval', 'of all pairs’'],
    rows: inside.map(({ first, pairs, falseMatches, fmr }) => [
      first,
      grouped(groups.find(({ name }) => name === first)?.faces ?? 0),
      grouped(pairs),
      grouped(falseMatches),
      fmr ? rateText(fmr.estimate) : '–',
      fmr ? rangeText(fmr, rateText) : '–',
      fmr && overall > 0 ? `${(fmr.estimate / overall).toFixed(2)} ×` : '–',
    ]),
    caption: 'Strangers of one group.',
  };
}

/** Each group against each: the diagonal is the table above. */
function crossTable({ name, groups, rates }: GroupingResult): ReportTable {
  const between = (a: string, b: string): string => {
    const found = rates.find(({ first, second }) => (first === a && second === b) || (first === b && second === a));
    return found?.fmr ? rateText(found.fmr.estimate) : '–';
  };
  return {
    columns: [name, ...groups.map((group) => group.name)],
    rows: groups.map((row) => [row.name, ...groups.map((column) => between(row.name, column.name))]),
    caption: 'FMR across groups: one face of the row, one of the column.',
  };
}
