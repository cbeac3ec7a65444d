import type { DoctorReport, ModelReport, Pair } from '../../../gallery/index.js';
import { numberBetween, wholeNumber } from '../../arguments.js';
import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { embedderPlan } from '../../opening.js';
import { facts, grouped, printResult } from '../../output.js';
import type { Action } from '../../verb.js';

interface Options extends GalleryOptions {
  model?: string;
  fpir?: number;
  looks: number;
}

export const doctor: Action = {
  name: 'doctor',
  summary: 'look for enrolments that make it err',
  define: (command) =>
    galleryOptions(command)
      .option(
        '--model <file.pnet>',
        'whose calibration says what cosines mean; by default the installed PocketNetS-128',
      )
      .option(
        '--fpir <share>',
        "share of strangers' searches that may end in a match (default: 0.01, in galleries of less than ten templates 0.001 for each)",
        numberBetween(1e-6, 0.5),
      )
      .option('--looks <count>', 'strangers who are looked at a day', wholeNumber(1), 1000)
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { openPocketNet } = await import('../../../node/index.js');
  const pocketnet = await openPocketNet({ detector: () => [], embedder: await embedderPlan(options) });
  const { rates } = pocketnet;
  pocketnet.close();
  const { startProgress } = await import('../../../progress.js');
  await withGallery(options, rates, async (gallery) => {
    const { fpir, looks } = options;
    const progress = startProgress({ label: 'doctor', unit: 'templates' });
    const report = await gallery
      .doctor({
        ...(fpir !== undefined && { fpir }),
        looks,
        onProgress: (done, total) => progress.advance(done, total),
      })
      .finally(() => progress.finish());
    printResult(options, report, () => textOf(report));
  });
}

const textOf = ({ people, single, models }: DoctorReport): string =>
  [
    facts([
      ['people', grouped(people)],
      ['with one template at most', grouped(single.length)],
    ]),
    ...models.map(modelText),
  ].join('\n\n');

function modelText({
  model,
  templates,
  conflicts,
  duplicates,
  poor,
  nearest,
  threshold,
  falseIdentificationsADay,
}: ModelReport): string {
  const pairs = (title: string, found: readonly Pair[]): string[] =>
    found.map(
      ({ names: [a, b], people: [one, other], cosine }) =>
        `${title}: ${a} (${one}) and ${b}${one === other ? '' : ` (${other})`}, cosine ${cosine.toFixed(3)}`,
    );
  return [
    `model ${model}, ${grouped(templates)} templates`,
    ...pairs('one face under two names', conflicts),
    ...(conflicts.length > 0 ? ['if they are one person: pocketnet people merge INTO FROM, with their ids'] : []),
    ...pairs('the same picture twice', duplicates),
    ...poor.map(({ name, person, why }) => `poor: ${name} (${person}). ${why}`),
    ...pairs('nearest of different people', nearest.slice(0, 3)),
    ...(threshold ? [`suggested threshold: ${threshold.cosine.toFixed(3)} (${threshold.basis})`] : []),
    ...(falseIdentificationsADay === undefined
      ? []
      : [`strangers called by a name a day: ${falseIdentificationsADay.toPrecision(2)}`]),
  ].join('\n');
}
