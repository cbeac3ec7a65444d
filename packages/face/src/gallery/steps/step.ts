import type { Change } from '../../stores/store.js';
import { newId } from '../ids.js';
import { recordOf, removalOf, type UndoRecord } from '../state/records.js';
import type { GalleryState, PersonState } from '../state/state.js';

/** So many steps can be taken back. */
const KEPT = 100;

/** A step that can be taken back: what it changes, and what was before. */
export interface Step {
  readonly what: string;
  readonly changes: readonly Change[];
  /** What it touches, as it was. */
  readonly before: Omit<UndoRecord, 'what' | 'added'>;
}

/** The step's changes, and the record that takes it back; the oldest such record goes. */
export function withUndo(state: GalleryState, step: Step, now: number): Change[] {
  const undo: UndoRecord = { what: step.what, added: now, ...step.before };
  const oldest = [...state.undo.keys()].sort().slice(0, Math.max(0, state.undo.size + 1 - KEPT));
  return [...step.changes, recordOf('undo', newId(now), undo), ...oldest.map((id) => removalOf('undo', id))];
}

/** Of somebody's templates some, and those that were embedded of the same crops: one face is one person's, whatever the model. */
export function withTwins(state: GalleryState, { templates }: PersonState, some: readonly string[]): string[] {
  const cropOf = (id: string): string => state.templates.get(id)?.of ?? id;
  const crops = new Set(some.map(cropOf));
  return templates.filter((id) => crops.has(cropOf(id)));
}

/** A template's record with another person in it. */
export function movedTo(state: GalleryState, id: string, person: string): Change[] {
  const old = state.templates.get(id);
  const template = state.template(id);
  if (!old || !template) return [];
  const { id: _id, model: _model, row: _row, ...said } = old;
  return [recordOf('template', id, { ...said, person }, template)];
}
