import type { Store } from '../stores/store.js';
import { personIn } from './check.js';
import type { Face } from './face.js';
import { type Person, type PersonTemplate, viewOf } from './people.js';
import type { CorrectionRecord } from './state/records.js';
import type { GalleryState } from './state/state.js';

/** All that is kept of a person, as plain JSON. */
export interface PersonExport {
  readonly person: Omit<Person, 'templates'>;
  readonly templates: readonly ExportedTemplate[];
  /** What was said of faces, of them or not. */
  readonly corrections: readonly CorrectionRecord[];
}

export interface ExportedTemplate extends PersonTemplate {
  readonly face?: Face;
  readonly vector: readonly number[];
  /** The kept crop, in base64. */
  readonly crop?: string;
}

export async function exportOf(state: GalleryState, store: Store, id: string): Promise<PersonExport> {
  const { templates, ...person } = viewOf(state, personIn(state, id));
  const crops = await cropsOf(
    store,
    templates.flatMap((each) => (state.templates.get(each.id)?.crop ? [each.id] : [])),
  );
  return {
    person,
    templates: templates.map((each) => {
      const face = state.templates.get(each.id)?.face;
      const crop = crops.get(each.id);
      const vector = [...(state.template(each.id)?.vector ?? [])];
      return { ...each, vector, ...(face ? { face } : {}), ...(crop ? { crop: base64(crop) } : {}) };
    }),
    corrections: [...state.corrections.values()]
      .filter((each) => each.person === id)
      .map(({ id: _id, ...said }) => said),
  };
}

/** Kept crops by their template's id. A store is read through for them. */
export async function cropsOf(store: Store, templates: readonly string[]): Promise<Map<string, Uint8Array>> {
  const wanted = new Set(templates);
  const crops = new Map<string, Uint8Array>();
  if (wanted.size === 0) return crops;
  for await (const changes of store.read())
    for (const { kind, id, about } of changes) {
      if (kind !== 'crop' || !wanted.has(id)) continue;
      if (about) crops.set(id, about.slice());
      else crops.delete(id);
    }
  return crops;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
