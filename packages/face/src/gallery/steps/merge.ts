import { personIn } from '../check.js';
import { sameness } from '../face.js';
import { type CorrectionRecord, recordOf, removalOf } from '../state/records.js';
import type { GalleryState, PersonState } from '../state/state.js';
import { removingCorrection, withoutCrop } from './correct.js';
import { recordIn } from './rename.js';
import { movedTo, type Step } from './step.js';

/** Makes one person of two: what was `from`'s is `into`'s, and `from` is no more. */
export function merging(state: GalleryState, into: string, from: string): Step {
  const [kept, gone] = [personIn(state, into), personIn(state, from)];
  if (kept === gone) throw new RangeError(`${kept.name} cannot be merged with themselves.`);
  refuseOnePhoto(state, kept, gone);
  const [ofKept, ofGone] = [correctionsAbout(state, into), correctionsAbout(state, from)];
  const overtaken = [...contradicted(ofKept, ofGone), ...contradicted(ofGone, ofKept)];
  const gonesOwn = ofGone.filter(([id]) => !overtaken.some(([other]) => other === id));
  return {
    what: `${gone.name} was merged into ${kept.name}.`,
    changes: [
      ...gone.templates.flatMap((id) => movedTo(state, id, into)),
      ...gonesOwn.map(([id, said]) => recordOf('correction', id, { ...said, person: into })),
      ...overtaken.flatMap(([id]) => removingCorrection(state, id)),
      removalOf('person', from),
    ],
    before: {
      concerns: [into, from],
      people: { [from]: recordIn(gone) },
      templates: Object.fromEntries(gone.templates.map((id) => [id, from])),
      corrections: Object.fromEntries([
        ...gonesOwn,
        ...overtaken.map(([id, said]) => [id, withoutCrop(said)] as const),
      ]),
    },
  };
}

/** Those of faces that are not the one, of which it was said that they are the other: both cannot hold of one person. */
const contradicted = (
  one: readonly [string, CorrectionRecord][],
  other: readonly [string, CorrectionRecord][],
): [string, CorrectionRecord][] =>
  one.filter(
    ([, { says, face }]) =>
      says === 'is not' && other.some(([, each]) => each.says === 'is' && sameness(each.face, face) > 0),
  );

/** @throws RangeError where a photo shows both */
function refuseOnePhoto(state: GalleryState, a: PersonState, b: PersonState): void {
  for (const id of b.templates) {
    const face = state.templates.get(id)?.face;
    if (!face) continue;
    const other = state
      .templatesOfPhoto(face.photo)
      .find((each) => each.person === a.id && each.face && sameness(each.face, face) === 0);
    if (other)
      throw new RangeError(
        `"${face.photo}" shows both ${a.name} and ${b.name}, and two faces of one photo are two people. If one of them is wrong, correct that face first.`,
      );
  }
}

export function correctionsAbout(state: GalleryState, person: string): [string, CorrectionRecord][] {
  return [...state.corrections.values()].filter((each) => each.person === person).map(({ id, ...said }) => [id, said]);
}
