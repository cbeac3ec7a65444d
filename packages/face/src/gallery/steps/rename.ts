import { checkName, personIn } from '../check.js';
import { type PersonRecord, recordOf } from '../state/records.js';
import type { GalleryState, PersonState } from '../state/state.js';
import type { Step } from './step.js';

export function renaming(state: GalleryState, id: string, name: string): Step {
  const before = recordIn(personIn(state, id));
  checkName(name);
  return {
    what: `${before.name} was renamed ${name}.`,
    changes: [recordOf('person', id, { ...before, name })],
    before: { concerns: [id], people: { [id]: before }, templates: {}, corrections: {} },
  };
}

/** What a store keeps of a person. */
export function recordIn({ name, added, expires }: PersonState): PersonRecord {
  return expires === undefined ? { name, added } : { name, added, expires };
}
