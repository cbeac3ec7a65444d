import { basename, dirname, resolve } from 'node:path';
import type { Gallery } from '../../gallery/index.js';
import type { PocketNet } from '../../pocketnet.js';
import { againstEnrolling, placeOf, qualityOf } from '../faces-in-photo.js';
import { agreeToEnrol, type GalleryOptions, galleryOptions, withGallery } from '../gallery-opening.js';
import { type ModelOptions, modelOptions, modelsOf } from '../opening.js';
import { facts, note, printResult } from '../output.js';
import { problemOf } from '../problems.js';
import type { AppTask } from '../tasks.js';
import { UsageError, type Verb } from '../verb.js';

interface Options extends ModelOptions, GalleryOptions {
  name?: string;
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
      .option('--name <name>', 'of somebody new')
      .option('--person <id>', 'somebody who is in the gallery')
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
  const photos = photosIn(paths);
  const { storeIsThere } = await import('../../stores/registry.js');
  const begins = !(await storeIsThere(options.gallery));
  if (begins) await agreeToEnrol(options.agree); // before there is a file
  const pocketnet = await openPocketNet({ ...(await modelsOf(options)), engine, mirror });
  try {
    const work = async (gallery: Gallery): Promise<void> => {
      if (!begins && gallery.counts.people === 0) await agreeToEnrol(options.agree);
      const enrolled: Enrolled[] = [];
      const refused: Refused[] = [];
      const known = new Map<string, string>();
      for (const file of photos) {
        const who = byFolder ? basename(dirname(resolve(file))) : (name ?? person ?? '');
        const id = person ?? known.get(who) ?? (byFolder ? await idOf(gallery, who) : undefined);
        const result = await enrolPhoto(pocketnet, gallery, file, id ?? { name: who }, options);
        if ('reasons' in result) refused.push(result);
        else {
          known.set(who, result.person);
          enrolled.push({ ...result, name: (await gallery.person(result.person))?.name ?? who });
        }
      }
      for (const { file, reasons } of refused) note(`${file} was not enrolled: ${reasons.join(' ')}`);
      printResult(options, { gallery: options.gallery, enrolled, refused, ...gallery.counts }, () =>
        facts([
          ['enrolled', `${enrolled.length} of ${photos.length} photos`],
          ...[...known].map(([each, key]): [string, string] => [each, key]),
          ['gallery', `${gallery.counts.people} people`],
        ]),
      );
      if (enrolled.length === 0) process.exitCode = 1;
    };
    await withGallery(options, pocketnet.rates, work, { begin: true });
  } finally {
    pocketnet.close();
  }
}

/** Somebody of this name, so that a folder can be enrolled again. @throws UsageError where several have it */
async function idOf(gallery: Gallery, name: string): Promise<string | undefined> {
  const { people } = await gallery.people({ name, limit: 2 });
  if (people.length > 1) throw new UsageError(`Several people are called ${name}. Enrol with --person.`);
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
    const [face] = await pocketnet.detect(photo, { ...(minFace !== undefined && { minFace }) });
    if (!face) return { file, reasons: ['No face was found.'] };
    const reasons = anyway ? [] : againstEnrolling(face);
    if (reasons.length > 0) return { file, reasons };
    const crop = pocketnet.align(photo, face);
    const enrolment = await gallery.enrol(who, await pocketnet.embed(crop), {
      ...{ quality: qualityOf(face), face: placeOf(file, face, photo) },
      ...(crops && { crop: await encodeCrop(crop) }),
    });
    return { file, ...enrolment };
  } catch (error) {
    if (error instanceof RangeError) return { file, reasons: [error.message] };
    return { file, reasons: [problemOf(file, error).message] };
  }
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
