import { checkName, personIn } from '../check.js';
import { newId } from '../ids.js';
import { type CorrectionRecord, recordOf } from '../state/records.js';
import type { GalleryState } from '../state/state.js';
import { recordIn } from './rename.js';
import { movedTo, type Step, withTwins } from './step.js';

/** Makes a person of their own of some of somebody's templates, who is to be forgotten when they are. */
export function splitting(
  state: GalleryState,
  from: string,
  templates: readonly string[],
  name: string,
  now: number,
): { readonly step: Step; readonly person: string } {
  const person = personIn(state, from);
  checkName(name);
  for (const id of templates)
    if (!person.templates.includes(id)) throw new RangeError(`${person.name} has no template "${id}".`);
  const moved = withTwins(state, person, templates);
  if (moved.length === 0) throw new RangeError('Say which templates the new person is to have.');
  if (moved.length === person.templates.length)
    throw new RangeError(`These are all templates of ${person.name}: rename them instead.`);
  const made = newId(now);
  const corrections = saidOf(state, moved, from);
  return {
    person: made,
    step: {
      what: `${name} was split off ${person.name}.`,
      changes: [
        recordOf('person', made, { ...recordIn(person), name }),
        ...moved.flatMap((id) => movedTo(state, id, made)),
        ...corrections.map(([id, said]) => recordOf('correction', id, { ...said, person: made })),
      ],
      before: {
        concerns: [from, made],
        people: { [made]: null },
        templates: Object.fromEntries(moved.map((id) => [id, from])),
        corrections: Object.fromEntries(corrections),
      },
    },
  };
}

/** What was said of the templates' faces to be somebody's. */
function saidOf(state: GalleryState, templates: readonly string[], person: string): [string, CorrectionRecord][] {
  const faces = templates.flatMap((id) => state.templates.get(id)?.face ?? []);
  return faces
    .flatMap((face) => state.correctionsOf(face))
    .flatMap(({ id, ...said }): [string, CorrectionRecord][] =>
      said.says === 'is' && said.person === person ? [[id, said]] : [],
    );
}
