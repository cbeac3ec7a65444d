import type { Change } from '../../stores/store.js';
import type { StoredTemplate } from '../../template.js';
import { checkExpiry, checkName, checkTemplate, personIn } from '../check.js';
import { checkFace, type Face, sameness } from '../face.js';
import { newId } from '../ids.js';
import { type PersonRecord, recordOf, removalOf, type TemplateRecord } from '../state/records.js';
import type { GalleryState, TemplateState } from '../state/state.js';

/** Somebody new. */
export interface NewPerson {
  readonly name: string;
  /** When they are to be forgotten, in milliseconds since 1970. */
  readonly expires?: number;
}

export interface EnrolOptions {
  /** 0 to 1, as the app measures it. */
  readonly quality?: number;
  /** Where the face was seen. Two faces of one photo never become one person. */
  readonly face?: Face;
  /** The aligned crop, in any encoding: kept so that another model can embed it later. */
  readonly crop?: Uint8Array;
}

export interface Enrolment {
  /** Ids of the person and the template. */
  readonly person: string;
  readonly template: string;
}

/** One more template of somebody, known or new. Of the same face and model it takes the place of the old one. */
export function enrolment(
  state: GalleryState,
  who: string | NewPerson,
  template: StoredTemplate,
  { quality, face, crop }: EnrolOptions,
  now: number,
): { readonly changes: Change[]; readonly enrolment: Enrolment } {
  if (typeof who !== 'string' && typeof who?.name !== 'string')
    throw new TypeError('enrol() takes the id of somebody known, or { name } of somebody new.');
  checkTemplate(template, state);
  if (quality !== undefined && !(quality >= 0 && quality <= 1))
    throw new RangeError(`A quality of ${quality}; give 0 to 1.`);
  if (face) checkFace(face);
  const changes: Change[] = [];
  let person: string;
  if (typeof who === 'string') {
    person = personIn(state, who).id;
    if (face) {
      refuseCorrected(state, person, face);
      for (const other of replaced(state, person, face, template.model)) {
        changes.push(removalOf('template', other));
        if (state.templates.get(other)?.crop) changes.push(removalOf('crop', other));
      }
    }
  } else {
    checkName(who.name);
    if (who.expires !== undefined) checkExpiry(who.expires);
    person = newId(now);
    if (face) refuseCorrected(state, person, face);
    const said: PersonRecord = { name: who.name, added: now };
    changes.push(recordOf('person', person, who.expires === undefined ? said : { ...said, expires: who.expires }));
  }
  const id = newId(now);
  const said: TemplateRecord = {
    ...{ person, added: now },
    ...(quality === undefined ? {} : { quality }),
    ...(face ? { face } : {}),
    ...(crop ? { crop: true as const } : {}),
  };
  changes.push(recordOf('template', id, said, template));
  if (crop) changes.push({ kind: 'crop', id, about: crop });
  return { changes, enrolment: { person, template: id } };
}

/** Whether enrolling this face takes the place of a template. */
export const replacesTemplates = (
  state: GalleryState,
  who: string | NewPerson,
  face: Face | undefined,
  model: string,
): boolean => typeof who === 'string' && face !== undefined && sameFaces(state, who, face, model).length > 0;

const sameFaces = (state: GalleryState, person: string, face: Face, model: string): TemplateState[] =>
  state
    .templatesOfPhoto(face.photo)
    .filter((each) => each.person === person && each.model === model && each.face && sameness(each.face, face) > 0);

/** Templates of the same face, which a new one replaces. @throws RangeError where another face of the photo is this person's */
function replaced(state: GalleryState, person: string, face: Face, model: string): string[] {
  const another = state
    .templatesOfPhoto(face.photo)
    .some((each) => each.person === person && each.face && sameness(each.face, face) === 0);
  if (another)
    throw new RangeError(
      `Another face of "${face.photo}" is ${state.people.get(person)?.name} already, and two faces of one photo are two people.`,
    );
  return sameFaces(state, person, face, model).map(({ id }) => id);
}

/** @throws RangeError where a user said something else of the face */
function refuseCorrected(state: GalleryState, person: string, face: Face): void {
  for (const { says, person: whom } of state.correctionsOf(face)) {
    const name = whom === undefined ? '' : ` ${state.people.get(whom)?.name}`;
    if (says === 'is not' ? whom === person : whom !== person)
      throw new RangeError(
        `This face of "${face.photo}" was corrected: ${SAID[says]}${name}. Correct it again before it is enrolled so.`,
      );
  }
}

const SAID = { is: 'it is', 'is not': 'it is not', 'not a face': 'it is no face', ignore: 'it is to be ignored' };
