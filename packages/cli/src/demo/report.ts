import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { PairSet } from '@pocketnet/data';
import type { ReportSection } from '@pocketnet/evaluate';
import { percent, signed } from '../output.js';
import type { Measured } from './measured.js';
import type { ReleasedVerdicts } from './released.js';
import type { DemoResult } from './result.js';

/** Writes the curves as SVG, and one page about the whole demo. */
export async function writeReport(result: DemoResult, pairs: PairSet): Promise<void> {
  const { areaUnderCurve, equalErrorRate, htmlReport, lineChart, rocChart, rocCurve, scoreHistogram } = await import(
    '@pocketnet/evaluate'
  );
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { readMetrics } = await import('@pocketnet/lab/runs');
  const { out, before, after, gain, data, verdicts, threshold, exported } = result;

  const losses = readMetrics(join(out, 'run', 'metrics.jsonl')).filter(({ loss }) => typeof loss === 'number');
  const loss = lineChart({
    title: 'Loss while training',
    subtitle: `${result.network}, ArcFace`,
    x: 'step',
    y: 'loss',
    series: [{ name: 'loss', x: losses.map(({ step }) => step), y: losses.map((line) => Number(line.loss)) }],
  });
  const curves = { before: rocCurve(before.scores), after: rocCurve(after.scores) };
  const roc = rocChart({
    title: 'ROC before and after training',
    subtitle: `${after.report.pairs} pairs`,
    curves: [
      { name: 'after', curve: curves.after },
      { name: 'before', curve: curves.before },
    ],
  });
  const histogram = scoreHistogram({
    title: 'Cosines of the pairs, after training',
    scores: after.scores,
    label: 'cosine',
    threshold,
  });
  for (const [name, svg] of Object.entries({ loss, roc, histogram })) writeFileAtomic(join(out, `${name}.svg`), svg);

  const row = (name: string, { report }: Measured, curve: typeof curves.after): (string | number)[] => [
    name,
    `${percent(report.accuracy)} ± ${percent(report.accuracyStd)}`,
    percent(report.val.val),
    percent(equalErrorRate(curve)),
    areaUnderCurve(curve).toFixed(4),
  ];
  const page = htmlReport({
    title: 'PocketNet: from data to verdict',
    lead:
      `${result.network} (${result.parameters.toLocaleString('en-US')} parameters) was trained for ${result.steps} steps on ${data.description}. ` +
      `Its accuracy on pairs of unseen people went from ${percent(before.report.accuracy)} % to ${percent(after.report.accuracy)} %: ` +
      `${signed(gain.estimate)} points, 95 % interval ${signed(gain.low)} to ${signed(gain.high)}.`,
    sections: [
      {
        heading: 'Two photos',
        text: `Faces found, aligned and compared, as an app would. ${result.photos.sentence} These people are drawn; the networks were trained on photos.`,
        images: [{ bytes: readFileSync(result.photos.picture), caption: `cosine ${result.photos.cosine.toFixed(3)}` }],
      },
      ...(result.released ? [releasedSection(result.released, data.generated)] : []),
      { heading: 'Training', figure: loss },
      {
        heading: 'Verification',
        text: `The LFW protocol on ${after.report.pairs} pairs in ${after.report.folds} folds: image and mirror image, summed; thresholds chosen on the other folds.`,
        table: {
          columns: ['', 'accuracy %', 'VAL % at FAR 1e-3', 'EER %', 'AUC'],
          rows: [row('before', before, curves.before), row('after', after, curves.after)],
        },
        figure: [roc, histogram],
      },
      {
        heading: 'Export',
        text: 'The ONNX file against libtorch on 16 crops: largest difference, relative to the largest value.',
        table: {
          columns: ['runtime', 'difference'],
          rows: Object.entries(exported).map(([name, value]) => [name, value.toExponential(1)]),
        },
      },
      {
        heading: 'Verdicts',
        text: `"Same" from a cosine of ${threshold.toFixed(3)} on, the threshold that the folds above chose. A network of this size, trained for two minutes, is often wrong.`,
        images: verdicts.flatMap(({ pair, cosine, verdict, truth }) =>
          pairs.images.slice(2 * pair, 2 * pair + 2).map((bytes, side) => ({
            bytes,
            caption: side === 0 ? `pair ${pair}: cosine ${cosine.toFixed(3)}` : `${verdict}; truth: ${truth}`,
          })),
        ),
      },
    ],
    footer: `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, ${result.seconds.toFixed(0)} s in all, ${new Date().toISOString().slice(0, 10)}`,
  });
  writeFileAtomic(join(out, 'report.html'), page);
}

function releasedSection(
  { network, pairs, right, threshold, accuracy }: ReleasedVerdicts,
  generated: boolean,
): ReportSection {
  return {
    heading: 'The released network',
    text:
      `${network}, as it is in this repository, on the first ${pairs} pairs: ${right} right at its card's threshold of ${threshold.toFixed(3)}, ` +
      `${percent(accuracy.estimate)} % (95 % interval ${percent(accuracy.low)} to ${percent(accuracy.high)}).` +
      (generated ? ' These faces are drawings; the network was trained on photos.' : ''),
  };
}
