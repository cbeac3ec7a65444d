import type { GalleryState, PersonState } from './state.js';

const DAY = 86_400_000;

/** When somebody is to be forgotten: on the day they were given, or so many days after the last enrolment; Infinity if never. */
export function expiryOf(state: GalleryState, person: PersonState): number {
  const own = person.expires ?? Infinity;
  const days = state.settings.retention?.days;
  if (days === undefined || !Number.isFinite(days)) return own; // JSON keeps what is infinite as null
  let last = person.added;
  for (const id of person.templates) last = Math.max(last, state.templates.get(id)?.added ?? 0);
  return Math.min(own, last + days * DAY);
}

export const expired = (state: GalleryState, now: number): string[] =>
  [...state.people.values()].filter((person) => expiryOf(state, person) <= now).map(({ id }) => id);
