import { people, withPeople } from '../../people/people.js';
import type { Group } from '../../workers/sort.js';
import type { Pile, PiledFace, PiledPhoto } from './pile.js';

/** So many photos of somebody are enough. */
const ENOUGH = 5;
/** From this cosine on a face is of a picture that is known already, or of one beside it. */
const SAME_PICTURE = 0.95;

/** Enrols the surest faces of a group, as far as the person has not enough photos. @returns whose, and which photos they became */
export async function enrolSurest(
  { photos, faces, model }: Pile,
  group: Group,
  who: string | { readonly name: string },
): Promise<{ readonly person: string; readonly shots: readonly string[] }> {
  const known = people.peek()?.find(({ id }) => id === who);
  const some = oncePerPhoto(faces, group.faces).slice(0, Math.max(0, ENOUGH - (known?.shots.length ?? 0)));
  return withPeople(async (service) => {
    let person = typeof who === 'string' ? who : '';
    const shots: string[] = [];
    for (const face of some) {
      const photo = photos[face.photo];
      if (!photo) continue;
      const template = { model, vector: face.vector };
      const [nearest] = (await service.identify(template, { topK: 1 })).candidates;
      if (nearest && nearest.person === person && nearest.cosine > SAME_PICTURE) continue;
      const options = { face: await placeOf(photo, face) };
      const made = await service.enrol(person || who, template, face.picture, options).catch((cause: Error) => {
        if (person === '') throw cause; // else a photo that shows them elsewhere, or of which something else was said
      });
      if (!made) continue;
      person = made.person;
      shots.push(made.template);
    }
    return { person, shots };
  });
}

/** A photo may be in the pile twice. */
function oncePerPhoto(faces: readonly PiledFace[], group: readonly number[]): PiledFace[] {
  const byKey = new Map<string, PiledFace>();
  for (const index of group) {
    const face = faces[index];
    if (face && !byKey.has(face.key)) byKey.set(face.key, face);
  }
  return [...byKey.values()];
}

/** A face's place in its photo as galleries have it, in shares of the photo's size. */
async function placeOf({ file, print }: PiledPhoto, { box }: PiledFace) {
  const { width, height } = await sizeOf(file);
  return {
    photo: print,
    box: [box.x / width, box.y / height, box.width / width, box.height / height] as const,
  };
}

async function sizeOf(file: File): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}
