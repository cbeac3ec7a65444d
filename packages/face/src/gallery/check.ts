import type { StoredTemplate } from '../template.js';
import type { GalleryState, PersonState } from './state/state.js';

// What the gallery's doors check. Errors are a RangeError with a sentence.

export function checkTemplate({ model, vector }: StoredTemplate, state: GalleryState): void {
  if (model === '') throw new RangeError('The template does not say of which model it is.');
  let square = 0;
  for (const value of vector) square += value * value;
  if (!(Math.abs(square - 1) < 1e-3))
    throw new RangeError(
      `The template is ${Number.isNaN(square) ? 'not of numbers' : `of length ${Math.sqrt(square).toFixed(3)}`}; give one of length 1.`,
    );
  const known = state.searches.get(model);
  if (known && known.dimension !== vector.length)
    throw new RangeError(`The template has ${vector.length} numbers; those of its model here have ${known.dimension}.`);
}

export function personIn(state: GalleryState, id: string): PersonState {
  const person = state.people.get(id);
  if (!person)
    throw new RangeError(
      `Nobody in the gallery has the id "${id}". Names are no ids: list the people of that name to find theirs.`,
    );
  return person;
}

export function checkName(name: string): void {
  if (name.trim() === '' || name.length > 200) throw new RangeError(`"${name}" is no name: give 1 to 200 characters.`);
}

export function checkShare(what: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${what} of ${value}; give a share between 0 and 1.`);
}

export function checkCount(what: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1))
    throw new RangeError(`${what} of ${value}; give a whole number from 1 on.`);
}
