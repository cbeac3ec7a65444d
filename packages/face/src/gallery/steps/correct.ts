import type { Change } from '../../stores/store.js';
import { personIn } from '../check.js';
import { checkFace, type Face, sameness } from '../face.js';
import { newId } from '../ids.js';
import { type CorrectionRecord, recordOf, removalOf } from '../state/records.js';
import type { GalleryState, TemplateState } from '../state/state.js';
import { movedTo, type Step } from './step.js';

/** What a user says of a face. */
export type Said =
  | { readonly is: string }
  | { readonly isNot: string }
  | 'not a face'
  | 'ignore'
  /** Takes back whatever was said of it. */
  | 'nothing';

export interface CorrectOptions {
  /** The aligned crop, in any encoding: kept beside what is said, to show it, and to know the face again elsewhere. */
  readonly crop?: Uint8Array | undefined;
}

/** What a user said of a face. */
export interface Correction extends CorrectionRecord {
  readonly id: string;
  /** Of whom it speaks. */
  readonly name?: string;
}

/** Keeps what a user says of a face. Only one thing can hold of it, but for whom it is not. */
export function correcting(state: GalleryState, face: Face, said: Said, { crop }: CorrectOptions, now: number): Step {
  checkFace(face);
  const fresh = recordFor(state, face, said, crop !== undefined, now);
  const old = state.correctionsOf(face).filter((each) => outdated(each, fresh));
  if (fresh?.says === 'is') refuseSecondFace(state, face, fresh.person as string);
  const id = newId(now);
  const moved = fresh?.says === 'is' ? templatesOf(state, face).filter((each) => each.person !== fresh.person) : [];
  return {
    what: `A face of "${face.photo}" was corrected.`,
    changes: [
      ...moved.flatMap((each) => movedTo(state, each.id, fresh?.person as string)),
      ...old.flatMap((each) => removingCorrection(state, each.id)),
      ...(fresh ? [recordOf('correction', id, fresh)] : []),
      ...(fresh && crop ? [{ kind: 'crop', id, about: crop } as const] : []),
    ],
    before: {
      concerns: [...old, ...(fresh ? [fresh] : [])]
        .flatMap((each) => each.person ?? [])
        .concat(moved.map((each) => each.person)),
      people: {},
      templates: Object.fromEntries(moved.map((each) => [each.id, each.person])),
      corrections: {
        ...Object.fromEntries(old.map(({ id: before, ...record }) => [before, withoutCrop(record)])),
        ...(fresh ? { [id]: null } : {}),
      },
    },
  };
}

/** Removes what was said of a face, and the crop that was kept with it. */
export const removingCorrection = (state: GalleryState, id: string): Change[] => [
  ...(state.corrections.get(id)?.crop ? [removalOf('crop', id)] : []),
  removalOf('correction', id),
];

/** What was said, when its crop is erased. */
export const withoutCrop = ({ crop: _, ...said }: CorrectionRecord): CorrectionRecord => said;

/** What was said of faces, in that order. */
export const correctionsIn = (state: GalleryState): Correction[] =>
  [...state.corrections.values()]
    .sort((a, b) => a.added - b.added)
    .map((each) => {
      const name = each.person === undefined ? undefined : state.people.get(each.person)?.name;
      return name === undefined ? each : { ...each, name };
    });

/** What was enrolled of the face. */
const templatesOf = (state: GalleryState, face: Face): TemplateState[] =>
  state.templatesOfPhoto(face.photo).filter((each) => each.face && sameness(each.face, face) > 0);

function recordFor(
  state: GalleryState,
  face: Face,
  said: Said,
  hasCrop: boolean,
  added: number,
): CorrectionRecord | undefined {
  if (said === 'nothing') return undefined;
  const kept = { face, added, ...(hasCrop ? { crop: true as const } : {}) };
  if (typeof said === 'string') return { ...kept, says: said };
  const [says, person] = 'is' in said ? (['is', said.is] as const) : (['is not', said.isNot] as const);
  return { ...kept, says, person: personIn(state, person).id };
}

function outdated(old: CorrectionRecord, fresh: CorrectionRecord | undefined): boolean {
  if (!fresh) return true;
  const aboutNot = old.says === 'is not' && fresh.says !== 'is not';
  if (aboutNot) return fresh.says === 'is' && old.person === fresh.person;
  return fresh.says !== 'is not' || old.person === fresh.person || old.says === 'ignore' || old.says === 'not a face';
}

/** @throws RangeError where another face of the photo was said to be the person */
function refuseSecondFace(state: GalleryState, face: Face, person: string): void {
  const taken =
    [...state.correctionsOfPhoto(face.photo)].some(
      (each) => each.says === 'is' && each.person === person && sameness(each.face, face) === 0,
    ) ||
    state
      .templatesOfPhoto(face.photo)
      .some((each) => each.person === person && each.face && sameness(each.face, face) === 0);
  if (taken)
    throw new RangeError(
      `Another face of "${face.photo}" is ${state.people.get(person)?.name}, and two faces of one photo are two people. Correct that one first.`,
    );
}
