import { checkTemplate as checkIsTemplate, type StoredTemplate } from '../template.js';
import { expiryOf } from './state/retention.js';
import type { GalleryState, PersonState } from './state/state.js';

// What the gallery's doors check. Errors are a RangeError with a sentence; a TypeError where something else was given.

export function checkTemplate(template: StoredTemplate, state: GalleryState): void {
  checkIsTemplate(template);
  const { model, vector } = template;
  if (model === '') throw new RangeError('The template does not say of which model it is.');
  let square = 0;
  for (const value of vector) square += value * value;
  if (!(Math.abs(square - 1) < 1e-3))
    throw new RangeError(
      `The template is ${Number.isNaN(square) ? 'not of numbers' : `of length ${Math.sqrt(square).toFixed(3)}`}; give one of length 1.`,
    );
  state.searches.get(model)?.checkLength(vector);
}

export function personIn(state: GalleryState, id: string): PersonState {
  return state.people.get(id) ?? refuse(state, id, Number.NEGATIVE_INFINITY);
}

/** Somebody whose time is not over. */
export function presentIn(state: GalleryState, id: string, now: number): PersonState {
  const person = state.people.get(id);
  return person && expiryOf(state, person) > now ? person : refuse(state, id, now);
}

/** A name is easily taken for an id. */
function refuse(state: GalleryState, id: string, now: number): never {
  const named = [...state.people.values()].filter(
    (each) => each.name.toLowerCase() === id.toLowerCase() && expiryOf(state, each) > now,
  );
  const remedy =
    named.length === 0
      ? 'Names are no ids: list the people to find theirs.'
      : `It is a name, of ${named.map((each) => each.id).join(' and of ')}: give that id.`;
  throw new RangeError(`Nobody in the gallery has the id "${id}". ${remedy}`);
}

export function checkName(name: string): void {
  if (name.trim() === '' || name.length > 200) throw new RangeError(`"${name}" is no name: give 1 to 200 characters.`);
}

/** A time of milliseconds since 1970; never is said by leaving it out. */
export function checkExpiry(expires: number): void {
  if (!Number.isFinite(expires))
    throw new RangeError(`Somebody is to be forgotten at ${expires}; give milliseconds since 1970, or leave it out.`);
}

export function checkDays(days: number): void {
  if (!(days > 0 && Number.isFinite(days)))
    throw new RangeError(`${days} days; give more than 0, or undefined to keep people.`);
}

export function checkShare(what: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${what} of ${value}; give a share between 0 and 1.`);
}

export function checkCount(what: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1))
    throw new RangeError(`${what} of ${value}; give a whole number from 1 on.`);
}
