import { checkName, personIn } from '../check.js';
import { newId } from '../ids.js';
import { recordOf } from '../state/records.js';
import type { GalleryState } from '../state/state.js';
import { movedTo, type Step } from './step.js';

/** Makes a person of their own of some of somebody's templates. */
export function splitting(
  state: GalleryState,
  from: string,
  templates: readonly string[],
  name: string,
  now: number,
): { readonly step: Step; readonly person: string } {
  const person = personIn(state, from);
  checkName(name);
  const moved = [...new Set(templates)];
  for (const id of moved)
    if (!person.templates.includes(id)) throw new RangeError(`${person.name} has no template "${id}".`);
  if (moved.length === 0) throw new RangeError('Say which templates the new person is to have.');
  if (moved.length === person.templates.length)
    throw new RangeError(`These are all templates of ${person.name}: rename them instead.`);
  const made = newId(now);
  return {
    person: made,
    step: {
      what: `${name} was split off ${person.name}.`,
      changes: [recordOf('person', made, { name, added: now }), ...moved.flatMap((id) => movedTo(state, id, made))],
      before: {
        concerns: [from, made],
        people: { [made]: null },
        templates: Object.fromEntries(moved.map((id) => [id, from])),
        corrections: {},
      },
    },
  };
}
