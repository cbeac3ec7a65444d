import type { StoredNeighbour } from '../../stores/store.js';
import type { GalleryState, TemplateState } from '../state/state.js';

/** The nearest template of a person. */
export interface NearestOfPerson {
  readonly person: string;
  readonly template: string;
  readonly cosine: number;
}

/** The nearest templates, best first; a gallery's own search, or its store's. */
export type Nearest = (count: number) => Promise<readonly StoredNeighbour[]>;

/**
 * The nearest people, by their nearest template. People have several templates, and some do not count, so that more are asked
 * for until enough people came.
 *
 * @param allowed whether a template counts
 */
export async function nearestPeople(
  state: GalleryState,
  nearest: Nearest,
  size: number,
  people: number,
  allowed: (template: TemplateState) => boolean,
): Promise<NearestOfPerson[]> {
  for (let count = people + 3; ; count *= 4) {
    const found = new Map<string, NearestOfPerson>();
    for (const { id, cosine } of await nearest(Math.min(count, size))) {
      const template = state.templates.get(id);
      if (!template || found.has(template.person) || !allowed(template)) continue;
      found.set(template.person, { person: template.person, template: id, cosine });
    }
    if (found.size >= people || count >= size) return [...found.values()].slice(0, people);
  }
}
