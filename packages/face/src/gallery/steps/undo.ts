import type { Change } from '../../stores/store.js';
import { type CorrectionRecord, recordOf, removalOf } from '../state/records.js';
import type { GalleryState, UndoState } from '../state/state.js';
import { removingCorrection, withoutCrop } from './correct.js';
import { movedTo, withTwins } from './step.js';

/**
 * Takes the last step back. Templates that came since stay with the person who is left, but for those of crops that go back; those that went
 * stay gone.
 */
export function undoing(state: GalleryState): { readonly changes: Change[]; readonly what: string } {
  const last = lastStep(state);
  if (!last) throw new RangeError('There is no step to take back.');
  const changes: Change[] = [removalOf('undo', last.id)];
  const heir = Object.values(last.templates)[0];
  for (const [id, person] of Object.entries(last.templates)) {
    const owner = state.people.get(state.templates.get(id)?.person ?? '');
    const twins = owner ? withTwins(state, owner, [id]) : []; // a model may have come since
    for (const twin of twins)
      if (twin === id || !(twin in last.templates)) changes.push(...movedTo(state, twin, person));
  }
  for (const [id, before] of Object.entries(last.people)) {
    changes.push(before === null ? removalOf('person', id) : recordOf('person', id, before));
    if (before === null && heir !== undefined) changes.push(...leftBehind(state, id, heir, last));
  }
  for (const [id, before] of Object.entries(last.corrections))
    changes.push(...(before === null ? removingCorrection(state, id) : [saidAgain(state, id, before)]));
  return { changes, what: last.what };
}

/** A crop that was erased since does not come back. */
const saidAgain = (state: GalleryState, id: string, before: CorrectionRecord): Change =>
  recordOf('correction', id, state.corrections.get(id)?.crop ? before : withoutCrop(before));

export const lastStep = (state: GalleryState): UndoState | undefined =>
  [...state.undo.values()].reduce<UndoState | undefined>(
    (last, each) => (last === undefined || each.id > last.id ? each : last),
    undefined,
  );

/** What a person who is to be no more has got since the step that made them. */
function leftBehind(state: GalleryState, gone: string, heir: string, { templates }: UndoState): Change[] {
  const since = (state.people.get(gone)?.templates ?? []).filter((id) => !(id in templates));
  const said = [...state.corrections.values()].filter((each) => each.person === gone);
  return [
    ...since.flatMap((id) => movedTo(state, id, heir)),
    ...said.map(({ id, ...record }) => recordOf('correction', id, { ...record, person: heir })),
  ];
}
