import { checkCount } from './check.js';
import { expiryOf } from './state/retention.js';
import type { GalleryState, PersonState } from './state/state.js';

export interface Person {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly added: number;
  /** When they are to be forgotten, if ever. */
  readonly expires?: number;
  readonly templates: readonly PersonTemplate[];
}

export interface PersonTemplate {
  readonly id: string;
  readonly model: string;
  readonly added: number;
  readonly quality?: number;
  /** Name of the photo it came from. */
  readonly photo?: string;
}

export interface PeopleOptions {
  /** Only those of this name, letter case aside. */
  readonly name?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  /** Most people of a page; 100 unless said. */
  readonly limit?: number;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  /** Where the next page begins; undefined after the last. */
  readonly next?: string;
}

/** People in the order they were enrolled. */
export function pageOf(state: GalleryState, { name, after = '', limit = 100 }: PeopleOptions): PeoplePage {
  checkCount('A limit', limit);
  const wanted = name?.toLocaleLowerCase();
  const ids: string[] = [];
  for (const { id, name: own } of state.people.values())
    if (id > after && (wanted === undefined || own.toLocaleLowerCase() === wanted)) ids.push(id);
  const page = ids.sort().slice(0, limit);
  const people = page.map((id) => viewOf(state, state.people.get(id) as PersonState));
  const last = page.at(-1);
  return ids.length > limit && last !== undefined ? { people, next: last } : { people };
}

export function viewOf(state: GalleryState, person: PersonState): Person {
  const { id, name, added } = person;
  const expires = expiryOf(state, person);
  const templates = person.templates.map((template) => templateView(state, template));
  return { id, name, added, ...(expires === Infinity ? {} : { expires }), templates };
}

function templateView(state: GalleryState, template: string): PersonTemplate {
  const known = state.templates.get(template);
  if (!known) throw new Error(`A person has the template "${template}", which the gallery does not know.`);
  const { id, model, added, quality, face } = known;
  return {
    ...{ id, model, added },
    ...(quality === undefined ? {} : { quality }),
    ...(face ? { photo: face.photo } : {}),
  };
}
