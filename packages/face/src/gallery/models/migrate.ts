import type { Change } from '../../stores/store.js';
import type { StoredTemplate } from '../../template.js';
import { checkTemplate } from '../check.js';
import { newId } from '../ids.js';
import { recordOf, removalOf, type TemplateRecord } from '../state/records.js';
import type { GalleryState, PersonState } from '../state/state.js';

export interface MigrateOptions {
  readonly onProgress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface Migration {
  /** Kept crops that were embedded anew. */
  readonly embedded: number;
  /** People who have no template of the new model, since no crop of theirs is kept: they must be enrolled again. */
  readonly enrolAgain: readonly { readonly id: string; readonly name: string }[];
}

/** What a change of models needs of its gallery. Others have their turn in between. */
export interface MigrateIn {
  cropsOf(templates: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  commit(plan: (now: number) => Change[]): Promise<void>;
}

/** Crops in memory at a time. The store is read through for them. */
const BATCH = 1000;

/**
 * Embeds kept crops by another model; templates of both stand side by side until {@link droppingModel}. What was embedded already is
 * passed over, so that it can be broken off and run again.
 */
export async function migrating(
  state: GalleryState,
  model: string,
  embed: (crop: Uint8Array) => Promise<StoredTemplate>,
  { onProgress, signal }: MigrateOptions,
  { cropsOf, commit }: MigrateIn,
): Promise<Migration> {
  const done = successors(state, model);
  const waiting = [...state.templates.values()].filter(
    ({ id, crop, model: own }) => crop === true && own !== model && !done.has(id),
  );
  let embedded = 0;
  for (let at = 0; at < waiting.length; at += BATCH) {
    const crops = await cropsOf(waiting.slice(at, at + BATCH).map(({ id }) => id));
    for (const [id, crop] of crops) {
      signal?.throwIfAborted();
      const template = await embed(crop);
      if (template.model !== model)
        throw new RangeError(`Crops were to be embedded by "${model}", not "${template.model}".`);
      checkTemplate(template, state);
      await commit((now) => successor(state, id, template, now));
      embedded++;
      onProgress?.(embedded, waiting.length);
    }
  }
  const without = (person: PersonState): boolean =>
    !person.templates.some((id) => state.templates.get(id)?.model === model);
  const enrolAgain = [...state.people.values()].filter(without).map(({ id, name }) => ({ id, name }));
  return { embedded, enrolAgain };
}

/** A template of the crop that is kept for another; of nobody, where that one is gone by now. */
function successor(state: GalleryState, of: string, template: StoredTemplate, now: number): Change[] {
  const old = state.templates.get(of);
  const owned = state.people.get(old?.person ?? '')?.templates ?? [];
  const isDone = (id: string): boolean => {
    const other = state.templates.get(id);
    return other?.of === of && other.model === template.model; // by another change of models at the same time
  };
  if (!old || owned.some(isDone)) return [];
  // It was enrolled when the old one was, which how long people are kept is counted from.
  const { id: _id, model: _model, row: _row, crop: _crop, ...said } = old;
  const record: TemplateRecord = { ...said, of };
  return [recordOf('template', newId(now), record, template)];
}

/** Templates that were embedded of the crops of others, by the others' ids; of one model, or of all. */
function successors(state: GalleryState, model?: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { id, of, model: own } of state.templates.values())
    if (of !== undefined && (model === undefined || own === model)) found.set(of, [...(found.get(of) ?? []), id]);
  return found;
}

/** Removes the templates of a model. A crop goes over to a template that was embedded of it, and so does what steps back say. */
export function droppingModel(state: GalleryState, model: string, crops: ReadonlyMap<string, Uint8Array>): Change[] {
  const after = successors(state);
  const heirs = new Map<string, string>();
  const changes = [...state.templates.values()]
    .filter((each) => each.model === model)
    .flatMap(({ id, crop }) => {
      const [heir, ...others] = after.get(id) ?? [];
      if (heir === undefined) return [...(crop ? [removalOf('crop', id)] : []), removalOf('template', id)];
      heirs.set(id, heir);
      return [
        removalOf('template', id),
        ...(crop ? [removalOf('crop', id), ...inherited(state, heir, crops.get(id))] : []),
        ...others.flatMap((other) => rewritten(state, other, { of: heir })),
      ];
    });
  return [...changes, ...stepsBack(state, heirs)];
}

const inherited = (state: GalleryState, heir: string, crop: Uint8Array | undefined): Change[] =>
  crop ? [...rewritten(state, heir, { crop: true, of: undefined }), { kind: 'crop', id: heir, about: crop }] : [];

function rewritten(state: GalleryState, id: string, own: Partial<TemplateRecord>): Change[] {
  const known = state.templates.get(id);
  const template = state.template(id);
  if (!known || !template) return [];
  const { id: _id, model: _model, row: _row, ...said } = known;
  return [recordOf('template', id, { ...said, ...own }, template)];
}

/** How to take steps back that speak of templates which have heirs. */
function stepsBack(state: GalleryState, heirs: ReadonlyMap<string, string>): Change[] {
  return [...state.undo.values()]
    .filter(({ templates }) => Object.keys(templates).some((id) => heirs.has(id)))
    .map(({ id, ...step }) => {
      const templates = Object.entries(step.templates).map(([own, person]) => [heirs.get(own) ?? own, person]);
      return recordOf('undo', id, { ...step, templates: Object.fromEntries(templates) });
    });
}
