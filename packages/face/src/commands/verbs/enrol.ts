import { basename, dirname, resolve } from 'node:path';
import type { Gallery } from '../../gallery/index.js';
import type { Face } from '../../pipeline/pipeline.js';
import type { PocketNet } from '../../pocketnet.js';
import { reasonsAgainst } from '../../quality/index.js';
import type { Template } from '../../template.js';
import { againstEnrolling, placeOf, qualityOf } from '../faces-in-photo.js';
import { agreeToEnrol, type GalleryOptions, galleryOptions, withGallery } from '../gallery-opening.js';
import { interruptible } from '../interrupt.js';
import { type ModelOptions, modelOptions, modelsOf } from '../opening.js';
import { facts, grouped, noteSome, printResult } from '../output.js';
import { problemOf } from '../problems.js';
import type { AppTask } from '../tasks.js';
import { UsageError, type Verb } from '../verb.js';
import { describeFace } from '../words.js';

interface Options extends ModelOptions, GalleryOptions {
  name?: string;
  namesake?: boolean;
  person?: string;
  byFolder?: boolean;
  anyway?: boolean;
  crops: boolean;
  agree?: boolean;
}

export const enrol: Verb<AppTask> = {
  name: 'enrol',
  task: 'faces',
  summary: 'keep people’s templates in a gallery',
  define: (command) =>
    galleryOptions(modelOptions(command))
      .argument('<photos...>', 'photos of one person, or folders; of several faces the most prominent is taken')
      .option('--name <name>', 'somebody new, of a name that nobody has')
      .option('--namesake', 'with --name: somebody else has the name, too')
      .option('--person <id>', 'somebody who is in the gallery: more photos of them')
      .option('--by-folder', 'each photo shows the person after whom its folder is named')
      .option('--anyway', 'take faces that are too small, blurred, dark, turned or cut off, too')
      .option('--no-crops', 'keep templates alone; another model can then not embed the faces anew')
      .option('--agree', 'these people agreed to it, and you keep to the licence; asked once for a gallery')
      .action(run),
};

interface Enrolled {
  readonly file: string;
  readonly person: string;
  readonly name: string;
  readonly template: string;
  /** What makes one doubt that the right face was taken, or that it is theirs. */
  readonly doubts: readonly string[];
}

interface Refused {
  readonly file: string;
  readonly reasons: readonly string[];
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { name, person, byFolder = false, engine, flip: mirror } = options;
  if ([name !== undefined, person !== undefined, byFolder].filter(Boolean).length !== 1)
    throw new UsageError('Say who it is: --name for somebody new, --person for somebody known, or --by-folder.');
  const { openPocketNet } = await import('../../node/index.js');
  const { photosIn } = await import('../../batch/index.js');
  const { startProgress } = await import('../../progress.js');
  const photos = photosIn(paths);
  const { storeIsThere } = await import('../../stores/registry.js');
  const begins = !(await storeIsThere(options.gallery));
  if (begins) await agreeToEnrol(options.agree); // before there is a file
  const pocketnet = await openPocketNet({ ...(await modelsOf(options)), engine, mirror });
  try {
    const work = async (gallery: Gallery): Promise<void> => {
      if (!begins && gallery.counts.people === 0) await agreeToEnrol(options.agree);
      await checkWho(gallery, options);
      const progress = startProgress({ label: 'enrol', unit: 'photos', total: photos.length });
      const enrolled: Enrolled[] = [];
      const refused: Refused[] = [];
      const known = new Map<string, string>();
      for (const [i, file] of photos.entries()) {
        progress.update(i);
        const who = byFolder ? basename(dirname(resolve(file))) : (name ?? person ?? '');
        const id = person ?? known.get(who) ?? (byFolder ? await idOf(gallery, who) : undefined);
        const result = await enrolPhoto(pocketnet, gallery, file, id ?? { name: who }, options);
        if ('reasons' in result) refused.push(result);
        else {
          known.set(who, result.person);
          enrolled.push({ ...result, name: (await gallery.person(result.person))?.name ?? who });
        }
      }
      progress.update(photos.length);
      progress.finish();
      noteSome(refused.map(({ file, reasons }) => `${file} was not enrolled: ${reasons.join(' ')}`));
      noteSome(enrolled.flatMap(({ file, doubts }) => doubts.map((doubt) => `${file}: ${doubt}`)));
      printResult(options, { gallery: options.gallery, enrolled, refused, ...gallery.counts }, () =>
        facts([
          ['enrolled', `${enrolled.length} of ${photos.length} photos`],
          ...[...known].map(([each, key]): [string, string] => [each, key]),
          ['people in all', grouped(gallery.counts.people)],
        ]),
      );
      if (enrolled.length === 0) process.exitCode = 1;
    };
    const kept = `Stopped. Who was enrolled is in ${options.gallery}: pocketnet people list --gallery ${options.gallery}`;
    await interruptible(kept, () => withGallery(options, pocketnet.rates, work, { begin: true }));
  } finally {
    pocketnet.close();
  }
}

/** Who is meant can be, before anything is looked at. */
async function checkWho(gallery: Gallery, { name, namesake, person, gallery: where }: Options): Promise<void> {
  if (person !== undefined) return void (await gallery.export(person)); // its error says whose name it may be
  const [known] = name === undefined ? [] : (await gallery.people({ name, limit: 1 })).people;
  if (known && !namesake)
    throw new UsageError(
      `${where} has somebody called ${known.name} already. For more photos of them: --person ${known.id}. For somebody else of that name: --namesake.`,
    );
}

/** Somebody of this name, so that a folder can be enrolled again. @throws UsageError where several have it */
async function idOf(gallery: Gallery, name: string): Promise<string | undefined> {
  const { people } = await gallery.people({ name, limit: 2 });
  if (people.length > 1)
    throw new UsageError(
      `Several people are called ${name}: enrol with --person ${people.map(({ id }) => id).join(' or ')}.`,
    );
  return people[0]?.id;
}

async function enrolPhoto(
  pocketnet: PocketNet,
  gallery: Gallery,
  file: string,
  who: string | { name: string },
  { minFace, anyway, crops }: Options,
): Promise<Omit<Enrolled, 'name'> | Refused> {
  const { readImage } = await import('../../node/index.js');
  try {
    const photo = await readImage(file);
    const faces = await pocketnet.detect(photo, { ...(minFace !== undefined && { minFace }) });
    const [face] = faces;
    if (!face) return { file, reasons: ['No face was found.'] };
    const reasons = anyway ? [] : againstEnrolling(face);
    if (reasons.length > 0) return { file, reasons };
    const crop = pocketnet.align(photo, face);
    const template = await pocketnet.embed(crop);
    const doubts = [...whichFace(faces), ...(await isThem(pocketnet, gallery, who, template))];
    const enrolment = await gallery.enrol(who, template, {
      ...{ quality: qualityOf(face), face: placeOf(file, face, photo) },
      ...(crops && { crop: await encodeCrop(crop) }),
    });
    return { file, ...enrolment, doubts };
  } catch (error) {
    if (error instanceof RangeError) return { file, reasons: [error.message] };
    return { file, reasons: [problemOf(file, error).message] };
  }
}

/** Of a photo of several who could be meant, which was taken. */
const whichFace = (faces: readonly Face[]): string[] =>
  faces[0] && reasonsAgainst(faces[0].quality.filter(({ name }) => name === 'alone')).length > 0
    ? [`took ${describeFace(faces)}`]
    : [];

/** Strangers look as alike as this face and what is kept of the person: somebody else's photo may be among theirs. */
async function isThem(
  { rates, thresholds }: PocketNet,
  gallery: Gallery,
  who: string | object,
  template: Template,
): Promise<string[]> {
  if (typeof who !== 'string' || !rates) return [];
  const { cosine } = await gallery.verify(who, template);
  if (cosine === undefined || cosine >= thresholds().usual) return [];
  const name = (await gallery.person(who))?.name;
  return [`it does not look like the other photos of ${name} (cosine ${cosine.toFixed(2)}). Is it them?`];
}

/** Without loss, so that another model sees what this one saw. */
async function encodeCrop({
  data,
  width,
  height,
}: {
  data: Uint8Array;
  width: number;
  height: number;
}): Promise<Uint8Array> {
  const { loadSharp } = await import('../../node/sharp.js');
  const sharp = await loadSharp();
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
