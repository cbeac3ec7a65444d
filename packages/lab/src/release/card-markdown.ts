import { grouped, markdownTable } from '@pocketnet/evaluate';
import { type ReleaseCard, usualFmr } from './card.js';

const percent = (share: number | null): string => (share === null ? '–' : (100 * share).toFixed(2));
const points = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

/**
 * A model card for people.
 *
 * @param sizes bytes of the card's files, in their order
 */
export function cardMarkdown(card: ReleaseCard, sizes: readonly number[]): string {
  const { about, network, training, files, date } = card;
  return [
    `# ${about.title}`,
    about.summary,
    `**Licence of the weights:** ${about.licence}`,
    section('What it is', [
      markdownTable(
        ['network', 'parameters', 'multiply-adds', 'embedding', 'input'],
        [
          [
            `\`${network.name}\``,
            grouped(network.parameters),
            `${(network.macs / 1e6).toFixed(1)} M`,
            `${network.embedding} numbers`,
            network.preprocessing,
          ],
        ],
      ),
      markdownTable(
        ['file', 'bytes', ''],
        files.map(({ name, what }, i) => [`\`${name}\``, grouped(sizes[i] ?? 0), what]),
      ),
    ]),
    section('Accuracy', accuracyParts(card)),
    section('Thresholds', thresholdParts(card)),
    ...(card.conditions ? [section('Hard conditions', conditionParts(card.conditions))] : []),
    ...(card.groups ? [section('Strangers of one group', groupParts(card.groups))] : []),
    section('Speed', speedParts(card)),
    section('How it was trained', [
      list(about.recipe),
      `Step ${training.step ?? '?'}, seed ${training.seed ?? '?'}. Teachers: ${about.teachers.join('; ')}.`,
      markdownTable(
        ['data', 'what', 'terms'],
        about.data.map(({ name, what, terms }) => [name, what, terms]),
      ),
    ]),
    section('Where it fails', [list(about.fails)]),
    section('What it is for', [list(about.use)]),
    section('What it must not be used for', [list(about.misuse)]),
    `Written by \`pocketnet release\` on ${date}; each ONNX file carries the same as JSON in its metadata, under \`card\`.`,
    '',
  ].join('\n\n');
}

function accuracyParts({ accuracy, differences }: ReleaseCard): string[] {
  return [
    'Image and mirror image summed, the threshold of each fold chosen on the others; intervals of 95 %, by resampling people.',
    markdownTable(
      ['set', 'file', 'accuracy %', 'interval', 'TAR at FAR 1e-2 %', 'at 1e-3 %', 'pairs'],
      accuracy.map((row) => [
        `${row.set}: ${row.role}`,
        `\`${row.file}\``,
        `${percent(row.accuracy)} ± ${percent(row.std)}`,
        row.interval?.map(percent).join('–') ?? '–',
        percent(row.tarAtFar1e2),
        percent(row.tarAtFar1e3),
        `${grouped(row.pairs)} in ${row.folds} folds`,
      ]),
    ),
    ...differences.map(
      ({ file, set, difference: { estimate, low, high } }) =>
        `\`${file}\` minus float on ${set}, the same pairs: ${points(estimate)} points (95 % interval ${points(low)} to ${points(high)}).`,
    ),
  ];
}

function thresholdParts({ calibrations }: ReleaseCard): string[] {
  const [first] = calibrations;
  if (first === undefined) return ['Not calibrated: measure your own.'];
  const range = ({ low, high }: { low: number; high: number }): string => `${percent(low)}–${percent(high)}`;
  return [
    `"Same" from the cosine on, by ${first.pairs} of ${first.data}, who were not trained on, each file measured by itself. \`verify\` takes the one of FMR ${usualFmr}.`,
    markdownTable(
      ['file', 'FMR', 'cosine ≥', 'FNMR %', 'interval'],
      calibrations.flatMap(({ file, thresholds }) =>
        thresholds.map(({ fmrTarget, threshold, fnmr }) => [
          `\`${file}\``,
          fmrTarget.toExponential(),
          threshold.toFixed(3),
          fnmr ? percent(fnmr.estimate) : '–',
          fnmr ? range(fnmr) : '–',
        ]),
      ),
    ),
    'FMR: strangers taken for one person; FNMR: one person taken for strangers. Another camera, age or population may need another threshold.',
  ];
}

function conditionParts({ pairs, rows: measured }: NonNullable<ReleaseCard['conditions']>): string[] {
  return [
    `The pairs of \`${pairs}\`, the second picture of each made hard to recognise: generated, not photographed. Accuracy and TAR at thresholds chosen for the condition; ` +
      `FNMR and FMR at the threshold above for FMR ${usualFmr}, which plain pictures set.`,
    markdownTable(
      ['the second picture', 'accuracy %', 'TAR at FAR 1e-2 %', 'FNMR %', 'FMR %'],
      measured.map(({ name, accuracy, tarAtFar1e2, fnmr, fmr }) => [
        name,
        percent(accuracy),
        percent(tarAtFar1e2),
        percent(fnmr),
        percent(fmr),
      ]),
    ),
  ];
}

function groupParts({ data, threshold, overall, rows: measured }: NonNullable<ReleaseCard['groups']>): string[] {
  const thousandth = (rate: number): string => (1000 * rate).toFixed(2);
  const range = ({ low, high }: { low: number; high: number }): string => `${thousandth(low)}–${thousandth(high)}`;
  return [
    `One threshold does not mean one error for everybody. Of all pairs of strangers of ${data}, who were not trained on, ${thousandth(overall.estimate)} (${range(overall)}) in a thousand ` +
      `match at the cosine ${threshold.toFixed(3)}; of two strangers of one group, by the data set's labels:`,
    markdownTable(
      ['group', 'faces', 'pairs', 'matches', 'in a thousand', 'interval'],
      measured.map(({ grouping, name, faces, pairs, falseMatches, fmr }) => [
        `${grouping}: ${name}`,
        ...[faces, pairs, falseMatches].map(grouped),
        fmr ? thousandth(fmr.estimate) : '–',
        fmr ? range(fmr) : '–',
      ]),
    ),
  ];
}

function speedParts({ speed: { machine, rows: timed } }: ReleaseCard): string[] {
  return [
    `${machine}; milliseconds a face.`,
    markdownTable(
      ['file', 'runtime', 'threads', 'half of the runs within', '95 % within'],
      timed.map(({ file, runtime, threads, p50, p95 }) => [
        `\`${file}\``,
        runtime,
        String(threads),
        `${p50.toFixed(1)} ms`,
        `${p95.toFixed(1)} ms`,
      ]),
    ),
  ];
}

const section = (title: string, parts: readonly string[]): string => [`## ${title}`, ...parts].join('\n\n');
const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
