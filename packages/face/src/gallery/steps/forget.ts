import type { Change } from '../../stores/store.js';
import { removalOf } from '../state/records.js';
import type { GalleryState } from '../state/state.js';
import { removingCorrection } from './correct.js';
import { correctionsAbout } from './merge.js';

/** Removes people and all that speaks of them. No step back leads over it. */
export function forgetting(state: GalleryState, people: readonly string[]): Change[] {
  return [
    ...people.flatMap((id) => [
      ...removingTemplates(state, state.people.get(id)?.templates ?? []),
      ...correctionsAbout(state, id).flatMap(([correction]) => removingCorrection(state, correction)),
      removalOf('person', id),
    ]),
    ...stepsAbout(state, people).map((id) => removalOf('undo', id)),
  ];
}

/** Removes templates, and the crops they were made of. */
export function removingTemplates(state: GalleryState, templates: readonly string[]): Change[] {
  return templates.flatMap((id) => [
    ...(state.templates.get(id)?.crop ? [removalOf('crop', id)] : []),
    removalOf('template', id),
  ]);
}

/** The steps that speak of somebody, also by a name they had before they became one with another. */
function stepsAbout(state: GalleryState, people: readonly string[]): string[] {
  const gone = new Set(people);
  const steps = new Map([...state.undo].map(([id, { concerns }]) => [id, concerns]));
  const found: string[] = [];
  for (let before = -1; before !== found.length; ) {
    before = found.length;
    for (const [id, concerns] of steps) {
      if (!concerns.some((person) => gone.has(person))) continue;
      found.push(id);
      steps.delete(id);
      for (const person of concerns) if (!state.people.has(person)) gone.add(person);
    }
  }
  return found;
}
