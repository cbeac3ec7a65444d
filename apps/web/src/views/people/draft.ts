import { batch, signal } from '@preact/signals';
import { type AlignedFace, type Face, reasonsAgainst, type Template } from 'pocketnet';
import { whenOpen } from '../../network/network.js';
import { askPeople, withPeople } from '../../people/people.js';
import { rounded, text } from '../../text.js';
import { announce } from '../../ui/announce.js';

/** A photo of somebody who is to be enrolled. */
export interface DraftShot {
  readonly id: number;
  readonly name: string;
  readonly crop: AlignedFace | undefined;
  readonly face: Face | undefined;
  /** Of a photo that is good enough only. */
  readonly template: Template | undefined;
  /** What is to be said of it: why it was refused, or what could be better. */
  readonly note: string;
}

/** Somebody known who looks like whom is to be enrolled. */
export interface Likeness {
  readonly person: string;
  readonly name: string;
  readonly sentence: string;
}

export const name = signal('');
export const shots = signal<readonly DraftShot[]>([]);
export const likeness = signal<Likeness | undefined>(undefined);
export const looking = signal(0);

let next = 0;

/** Looks at photos of the person, one after the other. */
export async function addShots(files: readonly Blob[]): Promise<void> {
  looking.value += files.length;
  for (const file of files) {
    const shot = await shotOf(file, 'name' in file ? String(file.name) : text.camera.title);
    batch(() => {
      shots.value = [...shots.value, shot];
      looking.value--;
    });
    announce(shot.note);
  }
  await lookForLikeness();
}

export async function dropShot(id: number): Promise<void> {
  shots.value = shots.value.filter((shot) => shot.id !== id);
  await lookForLikeness();
}

async function shotOf(file: Blob, name: string): Promise<DraftShot> {
  const id = next++;
  const refused = { id, name, crop: undefined, face: undefined, template: undefined };
  try {
    const net = await whenOpen();
    const faces = await net.detect(file);
    const [face] = faces;
    if (!face) return { ...refused, note: text.people.refused(text.well.noFace) };
    const crop = net.align(file, face);
    // Others in the photo are said apart: the first face is the one that is meant.
    const quality = face.quality.filter((each) => each.name !== 'alone');
    const bad = reasonsAgainst(quality);
    if (bad.length > 0) return { ...refused, crop, face, note: text.people.refused(bad.join(' ')) };
    const poor = reasonsAgainst(quality, 'good');
    const several = faces.length > 1 ? [text.people.several(faces.length)] : [];
    const said = [...several, ...poor].join(' ');
    const template = await net.embed(crop);
    return { id, name, crop, face, template, note: said ? text.people.poor(said) : text.people.taken };
  } catch (cause) {
    return { ...refused, note: text.people.refused((cause as Error).message) };
  }
}

/** Whether one of the shots looks like somebody who is known. */
async function lookForLikeness(): Promise<void> {
  const net = await whenOpen();
  let nearest: Likeness | undefined;
  let highest = net.rates ? net.thresholds().usual : Number.POSITIVE_INFINITY;
  for (const { template } of shots.value) {
    if (!template) continue;
    const { candidates } = await askPeople((service) => service.identify(template));
    const [best] = candidates;
    if (!best || best.cosine < highest) continue;
    highest = best.cosine;
    const rate = net.rates?.rateAt(best.cosine).rate ?? 1;
    const oneIn = rounded(Math.min(1 / rate, (net.rates?.pairs ?? 3) / 3));
    nearest = {
      ...{ person: best.person, name: best.name },
      sentence: text.people.resembles(best.name, best.cosine.toFixed(2), oneIn),
    };
  }
  likeness.value = nearest;
  if (nearest) announce(nearest.sentence);
}

/** Enrols the shots, as somebody new or as somebody known. */
export async function save(known?: Likeness): Promise<void> {
  const taken = shots.value.filter(({ template }) => template);
  let person = known?.person;
  const called = known?.name ?? name.value.trim();
  await withPeople(async (service) => {
    for (const { template, crop, face } of taken) {
      if (!template || !crop) continue;
      const quality = face?.score ?? 0;
      person = (
        await service.enrol(person ?? { name: called }, template, crop, { quality: Math.max(0, Math.min(1, quality)) })
      ).person;
    }
  });
  batch(() => {
    name.value = '';
    shots.value = [];
    likeness.value = undefined;
  });
  announce(text.people.saved(called, taken.length));
}
