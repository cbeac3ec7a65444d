import { z } from 'zod';

const interval = z.strictObject({ low: z.number(), estimate: z.number(), high: z.number() });

/** An interval without what else is known of it. */
export const bareInterval = ({ low, estimate, high }: z.output<typeof interval>) => ({ low, estimate, high });

/** What people wrote about a released network: what no measurement tells. */
export const aboutSchema = z.strictObject({
  title: z.string().min(1).describe('What the network is called.'),
  summary: z.string().min(1).describe('What it is, in a sentence or two.'),
  licence: z.string().min(1).describe('Licence of the weights, in a sentence.'),
  data: z
    .array(z.strictObject({ name: z.string().min(1), what: z.string().min(1), terms: z.string().min(1) }))
    .describe('What it learned from, and under which terms those data are known to be.'),
  teachers: z.array(z.string().min(1)).describe('Whom it was distilled from.'),
  recipe: z.array(z.string().min(1)).describe('How it was trained, in sentences.'),
  fails: z.array(z.string().min(1)).describe('Where it fails, and what its data under-represent.'),
  use: z.array(z.string().min(1)).describe('What it is meant for.'),
  misuse: z.array(z.string().min(1)).describe('What it must not be used for.'),
});

const tar = z.number().nullable().describe('TAR at a FAR; null where the pairs are too few to tell.');

const accuracy = z.strictObject({
  set: z.string(),
  role: z.string().describe('What the set is to this network: chosen by, or measured only.'),
  file: z.string(),
  accuracy: z.number(),
  std: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  tarAtFar1e2: tar,
  tarAtFar1e3: tar,
  pairs: z.int(),
  folds: z.int(),
});

const threshold = z.strictObject({
  fmrTarget: z.number(),
  threshold: z.number(),
  fmr: interval,
  fnmr: interval.nullable(),
});

/** Pairs of which one picture is hard to recognise, at the best threshold for that and at the one of plain pictures. */
const condition = z.strictObject({
  name: z.string(),
  accuracy: z.number(),
  tarAtFar1e2: tar,
  /** Genuine pairs refused, strangers' pairs accepted, at the card's threshold; null where it has none. */
  fnmr: z.number().nullable(),
  fmr: z.number().nullable(),
});

/** Strangers of one group who match at the card's threshold. */
const group = z.strictObject({
  grouping: z.string().describe('Such as age.'),
  name: z.string(),
  faces: z.int(),
  pairs: z.int(),
  falseMatches: z.int(),
  fmr: interval.nullable().describe('Null where there is no pair.'),
});

const speed = z.strictObject({
  file: z.string(),
  runtime: z.string(),
  threads: z.int(),
  p50: z.number(),
  p95: z.number(),
});

const thresholds = z.strictObject({ data: z.string(), pairs: z.string(), thresholds: z.array(threshold) });

/** What the card's formats have in common. */
const common = z.strictObject({
  about: aboutSchema,
  network: z.strictObject({
    name: z.string(),
    parameters: z.int(),
    macs: z.number(),
    embedding: z.int(),
    input: z.int(),
    preprocessing: z.string(),
  }),
  training: z.strictObject({ step: z.string().nullable(), seed: z.string().nullable(), data: z.string().nullable() }),
  accuracy: z.array(accuracy),
  /** Accuracy of the smaller files minus that of the float one, on the same pairs, by file and set. */
  differences: z.array(z.strictObject({ file: z.string(), set: z.string(), difference: interval })),
  conditions: z
    .strictObject({ pairs: z.string(), rows: z.array(condition) })
    .nullable()
    .default(null),
  groups: z
    .strictObject({ data: z.string(), threshold: z.number(), overall: interval, rows: z.array(group) })
    .nullable()
    .default(null),
  speed: z.strictObject({ machine: z.string(), rows: z.array(speed) }),
  files: z.array(z.strictObject({ name: z.string(), what: z.string() })),
  date: z.string(),
});

/** A model card: all that a user of a released network should know. It travels in the ONNX files' metadata, as JSON under `card`. */
export const cardSchema = common.extend({
  format: z.literal('pocketnet-card/3'),
  file: z.string().nullable().describe('The file that it travels in; null for what is about all of them.'),
  calibrations: z
    .array(thresholds.extend({ file: z.string() }))
    .describe('Thresholds of every file, measured on that file; none where nothing was calibrated.'),
});

/** The format before, whose thresholds are of the first file alone, though every file carries them. */
const cardSchema2 = common.extend({ format: z.literal('pocketnet-card/2'), calibration: thresholds.nullable() });

export type ReleaseAbout = z.output<typeof aboutSchema>;
export type ReleaseCard = z.output<typeof cardSchema>;

/** The FMR at whose threshold a released network says "same", unless it is told another one. */
export const usualFmr = 1e-3;

/** That threshold, a cosine, as it was measured on the card's own file; undefined where it was not. */
export function usualThreshold({ file, calibrations }: Pick<ReleaseCard, 'file' | 'calibrations'>): number | undefined {
  const own = calibrations.find((each) => each.file === file);
  return own?.thresholds.find(({ fmrTarget }) => fmrTarget === usualFmr)?.threshold;
}

/** Six digits of each share and time are more than was measured: more would only make the files larger. */
export const inSixDigits = (card: ReleaseCard): ReleaseCard =>
  JSON.parse(JSON.stringify(card), (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );

/**
 * Reads a file's card.
 *
 * @param text what stands under `card` in its metadata
 * @param file its name, by which a card of the older format is known to be about another file
 * @returns undefined where the text is no card that is understood
 */
export function readCard(text: string, file: string): ReleaseCard | undefined {
  const value: unknown = JSON.parse(text);
  const card = cardSchema.safeParse(value).data;
  if (card) return card;
  const old = cardSchema2.safeParse(value).data;
  if (!old) return undefined;
  const { calibration, ...rest } = old;
  const first = old.files[0]?.name ?? '';
  return {
    ...rest,
    format: 'pocketnet-card/3',
    file: old.files.some(({ name }) => name === file) ? file : null,
    calibrations: calibration ? [{ file: first, ...calibration }] : [],
  };
}
