import { type Change, isRemoval, type StoredRecord } from '../../stores/store.js';
import type { StoredTemplate } from '../../template.js';
import { type Face, sameness } from '../face.js';
import { NamedSearch, type OpenSearch } from './named-search.js';
import { type CorrectionRecord, type PersonRecord, type Settings, saidBy, type UndoRecord } from './records.js';
import { type TemplateState, TemplateTable } from './template-table.js';

export interface PersonState extends PersonRecord {
  readonly id: string;
  /** Ids of their templates, in order of enrolment. */
  readonly templates: string[];
}

export type { TemplateState } from './template-table.js';

export interface CorrectionState extends CorrectionRecord {
  readonly id: string;
}

export interface UndoState extends UndoRecord {
  readonly id: string;
}

/** What a gallery knows, in memory: the changes of its store, applied one after the other. */
export class GalleryState {
  readonly people = new Map<string, PersonState>();
  readonly templates = new TemplateTable();
  readonly corrections = new Map<string, CorrectionState>();
  readonly undo = new Map<string, UndoState>();
  readonly settings: Settings = {};
  /** By model. */
  readonly searches = new Map<string, NamedSearch>();
  /** By model, until something changes. */
  readonly #without = new Map<string, number>();
  readonly #correctionsOfPhoto = new Groups();
  readonly #templatesOfPhoto = new Groups();
  /** Templates by a person who is not there (yet: a renamed person's record comes after their templates). */
  readonly #orphans = new Groups();
  readonly #opening = new Map<string, Promise<NamedSearch>>();
  #closed = false;

  constructor(private readonly openSearch: OpenSearch) {}

  /**
   * Makes room for the templates of models that were not there before; then {@link apply} cannot fail.
   *
   * @throws RangeError for a template that is longer or shorter than others of its model
   */
  async prepare(changes: readonly Change[]): Promise<void> {
    for (const { template } of changes as readonly Partial<StoredRecord>[]) {
      if (!template) continue;
      const search = this.searches.get(template.model) ?? (await this.#searchFor(template));
      search.checkLength(template.vector);
    }
  }

  /** The search of a new model: one, though several templates of it come at a time. */
  #searchFor({ model, vector }: StoredTemplate): Promise<NamedSearch> {
    const known = this.#opening.get(model);
    if (known) return known;
    const opening = this.openSearch(vector.length)
      .then((search) => {
        if (this.#closed) search.close();
        this.refuseIfClosed();
        const named = new NamedSearch(search);
        this.searches.set(model, named);
        return named;
      })
      .finally(() => this.#opening.delete(model));
    this.#opening.set(model, opening);
    return opening;
  }

  apply(changes: readonly Change[]): void {
    this.#without.clear();
    for (const change of changes) this.#apply(change);
  }

  /** The corrections of a face, those first whose place is nearest. */
  correctionsOf(face: Face): CorrectionState[] {
    return this.correctionsOfPhoto(face.photo)
      .map((each) => ({ each, sure: sameness(each.face, face) }))
      .filter(({ sure }) => sure > 0)
      .sort((a, b) => b.sure - a.sure || b.each.added - a.each.added)
      .map(({ each }) => each);
  }

  correctionsOfPhoto(photo: string): CorrectionState[] {
    return this.#correctionsOfPhoto.of(photo).map((id) => this.corrections.get(id) as CorrectionState);
  }

  templatesOfPhoto(photo: string): TemplateState[] {
    return this.#templatesOfPhoto.of(photo).map((id) => this.templates.get(id) as TemplateState);
  }

  /** How many people have templates, but none of this model. */
  peopleWithout(model: string): number {
    const known = this.#without.get(model);
    if (known !== undefined) return known;
    let count = 0;
    if (Array.from(this.searches).some(([other, { size }]) => other !== model && size > 0))
      for (const { templates } of this.people.values())
        if (templates.length > 0 && !templates.some((id) => this.templates.get(id)?.model === model)) count++;
    this.#without.set(model, count);
    return count;
  }

  /** Templates of people who are not there: those that one machine enrolled while another forgot the person. */
  orphans(): string[] {
    return this.#orphans.all();
  }

  /** The template with its vector. */
  template(id: string): StoredTemplate | undefined {
    const known = this.templates.get(id);
    const vector = known && this.searches.get(known.model)?.vector(known.row);
    return known && vector && { model: known.model, vector };
  }

  /** @throws an Error once it is closed: who asks then is not to hear that nobody is there */
  refuseIfClosed(): void {
    if (this.#closed) throw new Error('The gallery is closed. Open it again.');
  }

  close(): void {
    this.#closed = true;
    for (const search of this.searches.values()) search.close();
    this.searches.clear();
  }

  #apply(change: Change): void {
    const { kind, id } = change;
    switch (kind) {
      case 'person':
        if (isRemoval(change)) this.#removePerson(id);
        else this.#putPerson(id, saidBy(kind, change));
        return;
      case 'template':
        this.#removeTemplate(id);
        if (!isRemoval(change)) this.#putTemplate(change);
        return;
      case 'correction':
        this.#removeCorrection(id);
        if (!isRemoval(change)) this.#putCorrection(id, saidBy(kind, change));
        return;
      case 'undo':
        this.undo.delete(id);
        if (!isRemoval(change)) this.undo.set(id, { id, ...saidBy(kind, change) });
        return;
      case 'setting':
        delete this.settings[id as keyof Settings];
        if (!isRemoval(change)) Object.assign(this.settings, { [id]: saidBy(kind, change) });
        return;
      case 'crop':
        return; // crops stay in the store: they are large, and hardly ever looked at
    }
  }

  #putPerson(id: string, said: PersonRecord): void {
    const templates = this.people.get(id)?.templates ?? this.#orphans.take(id);
    this.people.set(id, { id, ...said, templates });
  }

  #removePerson(id: string): void {
    for (const template of this.people.get(id)?.templates ?? []) this.#orphans.add(id, template);
    this.people.delete(id);
  }

  #putCorrection(id: string, said: CorrectionRecord): void {
    this.corrections.set(id, { id, ...said });
    this.#correctionsOfPhoto.add(said.face.photo, id);
  }

  #removeCorrection(id: string): void {
    const old = this.corrections.get(id);
    if (old) this.#correctionsOfPhoto.remove(old.face.photo, id);
    this.corrections.delete(id);
  }

  #putTemplate(record: StoredRecord): void {
    const { id, template } = record;
    const search = template && this.searches.get(template.model); // there is one: see prepare
    if (!search) return;
    const { person, added, quality, face, crop, of } = saidBy('template', record);
    const { model } = template;
    const owner = this.people.get(person);
    const row = search.add(id, template.vector);
    // The owner's own text rather than as many copies: there may be a million.
    this.templates.add({ id, model, row, person: owner?.id ?? person, added, quality, face, crop, of });
    if (owner) owner.templates.push(id);
    else this.#orphans.add(person, id);
    if (face) this.#templatesOfPhoto.add(face.photo, id);
  }

  #removeTemplate(id: string): void {
    const old = this.templates.get(id);
    if (!old) return;
    this.templates.delete(id);
    this.searches.get(old.model)?.remove(old.row);
    this.#orphans.remove(old.person, id);
    const owned = this.people.get(old.person)?.templates;
    const at = owned?.indexOf(id) ?? -1;
    if (at >= 0) owned?.splice(at, 1);
    if (old.face) this.#templatesOfPhoto.remove(old.face.photo, id);
  }
}

/** Ids by what they share. */
class Groups {
  readonly #ids = new Map<string, Set<string>>();

  of(name: string): string[] {
    return [...(this.#ids.get(name) ?? [])];
  }

  all(): string[] {
    return [...this.#ids.values()].flatMap((group) => [...group]);
  }

  /** Those of a name, which then has none. */
  take(name: string): string[] {
    const ids = this.of(name);
    this.#ids.delete(name);
    return ids;
  }

  add(name: string, id: string): void {
    const group = this.#ids.get(name) ?? new Set();
    this.#ids.set(name, group.add(id));
  }

  remove(name: string, id: string): void {
    const group = this.#ids.get(name);
    group?.delete(id);
    if (group?.size === 0) this.#ids.delete(name);
  }
}
