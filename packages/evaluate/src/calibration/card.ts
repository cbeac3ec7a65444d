import { lineChart } from '../plots/lines.js';
import { markdownTable } from '../report/markdown.js';
import type { ReportSection, ReportTable } from '../report/report.js';
import { grouped, percentText, rangeText, rateText } from '../report/words.js';
import type { CalibratedThreshold, Calibration } from './calibrate.js';

const FEW = 'not enough pairs to say';

/** What was calibrated, one line of the card each. */
export interface CardFacts {
  readonly model: string;
  readonly data: string;
  /** How a face becomes an embedding, e.g. `image and mirror image, summed`. */
  readonly embedding: string;
}

/** The calibration as a block of Markdown, for a model card. */
export function modelCardBlock(calibration: Calibration, { model, data, embedding }: CardFacts): string {
  const { faces, people, genuinePairs, impostorPairs, confidence } = calibration;
  return [
    '## Calibration',
    '',
    `- Model: ${model}; ${embedding}; score: cosine`,
    `- Data: ${data}: ${grouped(faces)} faces of ${grouped(people)} people`,
    `- Pairs: ${grouped(genuinePairs)} genuine, ${grouped(impostorPairs)} impostor (all of them)`,
    `- Intervals: ${100 * confidence} %, by leaving out one person at a time`,
    '',
    inMarkdown(thresholdTable(calibration)),
    '',
    inMarkdown(galleryTable(calibration)),
    '',
    'FMR: strangers taken for one person; FNMR: one person taken for strangers. A threshold is given where at least 30 false',
    'matches are expected. It holds for faces like these: another camera, age or population may need another one.',
    '',
  ].join('\n');
}

/** The calibration as sections of a report, with curves. */
export function calibrationSections(calibration: Calibration): ReportSection[] {
  const { curve, confidence } = calibration;
  const series = [
    { name: 'FMR: strangers accepted', x: curve.threshold, y: curve.fmr },
    ...(curve.fnmr.length > 0 ? [{ name: 'FNMR: one person refused', x: curve.threshold, y: curve.fnmr }] : []),
  ];
  const lowest = 10 ** Math.floor(Math.log10(1 / calibration.impostorPairs));
  return [
    {
      heading: 'Thresholds',
      text: `"Same" from the cosine on. Intervals are ${100 * confidence} %, by leaving out one person with all their pairs at a time: pairs that share people are not independent. "${FEW}" stands where fewer than 30 false matches are expected (Doddington's rule of 30).`,
      table: thresholdTable(calibration),
      figure: {
        svg: lineChart({
          title: 'Errors over the threshold',
          subtitle: `${grouped(calibration.genuinePairs)} genuine, ${grouped(calibration.impostorPairs)} impostor pairs`,
          x: { label: 'Threshold on the cosine' },
          y: { label: 'Error rate', scale: 'log', domain: [lowest, 1] },
          series,
        }),
        caption: 'Both error rates on a logarithmic axis. Where the FMR ends, no impostor pair scores as high.',
      },
    },
    {
      heading: 'For galleries',
      text: 'A stranger is compared with everybody in a gallery of N people: the chance to be taken for one of them is 1 − (1 − FMR)^N, so larger galleries need higher thresholds.',
      table: galleryTable(calibration),
    },
  ];
}

function thresholdTable({ thresholds }: Calibration): ReportTable {
  return {
    columns: ['FMR', 'cosine ≥', 'interval', 'FMR seen', 'FNMR %', 'FNMR interval'],
    rows: thresholds.map((point) => [rateText(point.fmrTarget), ...outcome(point)]),
    caption: 'Thresholds by the false match rate of one comparison.',
  };
}

function galleryTable({ galleries }: Calibration): ReportTable {
  return {
    columns: ['people', 'FMR needed', 'cosine ≥', 'interval', 'FNMR %'],
    rows: galleries.map((point) => {
      const [threshold = '', interval = '', , fnmr = ''] = outcome(point);
      return [grouped(point.people), rateText(point.fmrTarget), threshold, interval, fnmr];
    }),
    caption: `Thresholds by the size of the gallery, for a stranger to be taken for somebody in ${percentText(galleries[0]?.falsePositiveRate ?? 0)} % of searches.`,
  };
}

function outcome({ threshold, thresholdInterval, fmr, fnmr, pairsNeeded }: CalibratedThreshold): string[] {
  if (threshold === null || fmr === null) return [FEW, `needs ${grouped(pairsNeeded)}`, '–', '–', '–'];
  const [low, high] = thresholdInterval ?? [null, null];
  const end = (value: number | null): string => (value === null ? '…' : value.toFixed(3));
  return [
    threshold.toFixed(4),
    `${end(low)} – ${end(high)}`,
    rateText(fmr.estimate),
    fnmr === null ? '–' : percentText(fnmr.estimate),
    fnmr === null ? '–' : rangeText(fnmr, percentText),
  ];
}

const inMarkdown = ({ columns, rows }: ReportTable): string => markdownTable(columns, rows);
