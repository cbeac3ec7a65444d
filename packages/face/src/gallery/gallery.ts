import { openSearch as openWasmSearch } from '@pocketnet/engine';
import type { MatchRates } from '../match-rates.js';
import { type Change, StaleError, type Store } from '../stores/store.js';
import type { StoredTemplate } from '../template.js';
import { personIn } from './check.js';
import { type DoctorOptions, type DoctorReport, examine } from './doctor/doctor.js';
import { cropsOf, exportOf, type PersonExport } from './export.js';
import type { Face } from './face.js';
import { type Identification, type IdentifyOptions, identify, type SearchIn } from './identify/identify.js';
import { type FaceInPhoto, identifyPhoto } from './identify/photo.js';
import { Strangers } from './identify/strangers.js';
import { type Verification, type VerifyOptions, verify } from './identify/verify.js';
import { droppingModel, type MigrateOptions, type Migration, migrating } from './models/migrate.js';
import { type PeopleOptions, type PeoplePage, type Person, pageOf, viewOf } from './people.js';
import type { OpenSearch } from './state/named-search.js';
import { recordOf, removalOf } from './state/records.js';
import { expired } from './state/retention.js';
import { GalleryState } from './state/state.js';
import { correcting, type Said } from './steps/correct.js';
import { type Enrolment, type EnrolOptions, enrolment, type NewPerson } from './steps/enrol.js';
import { forgetting, removingTemplates } from './steps/forget.js';
import { merging } from './steps/merge.js';
import { renaming } from './steps/rename.js';
import { splitting } from './steps/split.js';
import { type Step, withUndo } from './steps/step.js';
import { lastStep, undoing } from './steps/undo.js';
import { Turns } from './turns.js';

export interface GalleryOptions {
  /** What cosines mean, of each model; without them no decision is a match. */
  readonly rates?: readonly MatchRates[];
  /** Opens what finds the nearest vectors: that of the engine in WebAssembly unless said; `@pocketnet/engine-native` has a faster one. */
  readonly openSearch?: OpenSearch;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Who is it? People with their templates, kept by a store. What resolved lasts; what a store refused is as if it was never asked.
 * People and templates have ids; names need not differ.
 */
export class Gallery {
  readonly #state: GalleryState;
  readonly #turns = new Turns();
  readonly #strangers: ReadonlyMap<string, Strangers>;
  readonly #now: () => number;
  /** Of a store with several writers: the version that the state is of. */
  #version: bigint | undefined;
  #caughtUp: Promise<void> = Promise.resolve();

  private constructor(
    readonly store: Store,
    { rates = [], openSearch = openWasmSearch, now = Date.now }: GalleryOptions,
  ) {
    this.#state = new GalleryState(openSearch);
    this.#strangers = new Map(rates.map((each) => [each.model, new Strangers(each)]));
    this.#now = now;
  }

  /** Reads a store's people, and finishes what a crash broke off. The gallery closes the store. */
  static async open(store: Store, options: GalleryOptions = {}): Promise<Gallery> {
    const gallery = new Gallery(store, options);
    for await (const changes of store.read()) {
      await gallery.#state.prepare(changes);
      gallery.#state.apply(changes);
    }
    await gallery.#finishErasing();
    await gallery.expire();
    return gallery;
  }

  /** What was found wrong in the store and mended, as sentences. */
  get notes(): readonly string[] {
    return this.store.notes;
  }

  /** People, templates by model, and corrections that it holds. */
  get counts(): {
    readonly people: number;
    readonly templates: Readonly<Record<string, number>>;
    readonly corrections: number;
  } {
    const { people, searches, corrections } = this.#state;
    const templates = Object.fromEntries(
      Array.from(searches, ([model, { size }]) => [model, size] as const).filter(([, size]) => size > 0),
    );
    return { people: people.size, templates, corrections: corrections.size };
  }

  /**
   * Adds a template of somebody new, `{ name }`, or of somebody known by id. It lasts when this resolves.
   *
   * @throws RangeError where the template does not fit, or the photo shows this person elsewhere already
   */
  enrol(who: string | NewPerson, template: StoredTemplate, options: EnrolOptions = {}): Promise<Enrolment> {
    const work = async (): Promise<Enrolment> => {
      const planned = await this.#tryAgain(typeof who === 'string', () =>
        enrolment(this.#state, who, template, options, this.#now()),
      );
      if (planned.replaces) await this.store.compact();
      return planned.enrolment;
    };
    return options.face ? this.#turns.alone(work) : this.#turns.together(work);
  }

  /** Who is it? Candidates, and whether the best of them is the one. */
  async identify(template: StoredTemplate, options: IdentifyOptions = {}): Promise<Identification> {
    await this.#catchUp();
    return identify(this.#search(template.model), template, options);
  }

  /** Who are the faces of a photo? No two of them are one person. */
  async identifyPhoto(
    faces: readonly FaceInPhoto[],
    options: Omit<IdentifyOptions, 'face'> = {},
  ): Promise<Identification[]> {
    await this.#catchUp();
    const model = faces[0]?.template.model;
    return model === undefined ? [] : identifyPhoto(this.#search(model), faces, options);
  }

  /** Is it this person? By their nearest template, at a share of strangers (FMR) that counts all of their templates. */
  async verify(person: string, template: StoredTemplate, options: VerifyOptions = {}): Promise<Verification> {
    await this.#catchUp();
    return verify(this.#search(template.model), person, template, options);
  }

  /** People in the order they were enrolled, by pages. */
  async people(options: PeopleOptions = {}): Promise<PeoplePage> {
    await this.#catchUp();
    return pageOf(this.#state, options);
  }

  async person(id: string): Promise<Person | undefined> {
    await this.#catchUp();
    const person = this.#state.people.get(id);
    return person && viewOf(this.#state, person);
  }

  rename(person: string, name: string): Promise<void> {
    return this.#step(() => renaming(this.#state, person, name));
  }

  /** Makes one person of two: `from` is no more. @throws RangeError where a photo shows both */
  merge(into: string, from: string): Promise<void> {
    return this.#step(() => merging(this.#state, into, from));
  }

  /** Makes somebody new of some templates of a person. @returns the new person's id */
  async split(from: string, templates: readonly string[], name: string): Promise<string> {
    let made = '';
    await this.#step(() => {
      const { step, person } = splitting(this.#state, from, templates, name, this.#now());
      made = person;
      return step;
    });
    return made;
  }

  /** Keeps what a user says of a face of a photo; it holds for all that is indexed or enrolled later. */
  correct(face: Face, said: Said): Promise<void> {
    return this.#step(() => correcting(this.#state, face, said, this.#now()));
  }

  /** What {@link undo} would take back: renaming, merging, splitting or a correction. */
  async lastStep(): Promise<string | undefined> {
    await this.#catchUp();
    return lastStep(this.#state)?.what;
  }

  /** Takes the last step back. @returns what it was, as a sentence */
  undo(): Promise<string> {
    return this.#turns.alone(async () => (await this.#tryAgain(true, () => undoing(this.#state))).what);
  }

  /** Forgets somebody for good: when it resolves, none of their templates is left in the store's files or in this process's index. */
  forget(person: string): Promise<void> {
    return this.#turns.alone(() => this.#erase(() => forgetting(this.#state, [personIn(this.#state, person).id])));
  }

  /** Erases a template for good. */
  removeTemplate(template: string): Promise<void> {
    return this.#turns.alone(() =>
      this.#erase(() => {
        if (!this.#state.templates.has(template)) throw new RangeError(`The gallery has no template "${template}".`);
        return [...removingTemplates(this.#state, [template]), recordOf('setting', 'erasing', {})];
      }),
    );
  }

  /** How many days people are kept after their last enrolment; undefined keeps them. */
  setRetention(days: number | undefined): Promise<void> {
    return this.#turns.alone(async () => {
      if (days !== undefined && !(days > 0)) throw new RangeError(`${days} days; give more than 0, or undefined.`);
      const change =
        days === undefined ? removalOf('setting', 'retention') : recordOf('setting', 'retention', { days });
      await this.#tryAgain(false, () => ({ changes: [change] }));
    });
  }

  /** Forgets those whose time has come; opening does so, too. @returns how many */
  expire(): Promise<number> {
    return this.#turns.alone(async () => {
      await this.#catchUp();
      const people = expired(this.#state, this.#now());
      if (people.length > 0) await this.#erase(() => forgetting(this.#state, people));
      return people.length;
    });
  }

  /** All that is kept of a person, as JSON. */
  export(person: string): Promise<PersonExport> {
    return this.#turns.alone(async () => {
      await this.#catchUp();
      return exportOf(this.#state, this.store, person);
    });
  }

  /** Looks for enrolments that make it err: see {@link DoctorReport}. */
  async doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
    await this.#catchUp();
    return examine(this.#state, (model) => this.#strangers.get(model), options);
  }

  /** Embeds the kept crops by a new model, beside what there is; {@link removeModel} ends the change. */
  async migrate(
    model: string,
    embed: (crop: Uint8Array) => Promise<StoredTemplate>,
    options: MigrateOptions = {},
  ): Promise<Migration> {
    await this.#catchUp();
    const commit = (plan: () => Change[]): Promise<void> =>
      this.#turns.alone(async () => {
        await this.#tryAgain(true, () => ({ changes: plan() }));
      });
    return migrating(this.#state, this.store, model, embed, commit, this.#now, options);
  }

  /** Erases the templates of a model. Crops stay with the templates that were embedded of them. */
  removeModel(model: string): Promise<void> {
    return this.#turns.alone(async () => {
      await this.#catchUp();
      const ids = [...this.#state.templates.values()].filter((each) => each.model === model && each.crop);
      const crops = await cropsOf(
        this.store,
        ids.map(({ id }) => id),
      );
      await this.#erase(() => [...droppingModel(this.#state, model, crops), recordOf('setting', 'erasing', {})]);
    });
  }

  /** Leaves nothing in the store's files of what was replaced. */
  compact(): Promise<void> {
    return this.#turns.alone(() => this.store.compact());
  }

  close(): Promise<void> {
    return this.#turns.alone(async () => {
      this.#state.close();
      await this.store.close();
    });
  }

  #search(model: string): SearchIn {
    return {
      state: this.#state,
      nearest: async (query, count) =>
        this.store.nearest?.(query, count) ?? this.#state.searches.get(query.model)?.nearest(query.vector, count) ?? [],
      strangers: this.#strangers.get(model),
      now: this.#now(),
    };
  }

  #step(plan: () => Step): Promise<void> {
    return this.#turns.alone(async () => {
      await this.#tryAgain(true, () => ({ changes: withUndo(this.#state, plan(), this.#now()) }));
    });
  }

  /** Commits changes that remove something, and leaves no byte of it. A crash in between is made up for at the next opening. */
  async #erase(plan: () => Change[]): Promise<void> {
    await this.#tryAgain(true, () => ({ changes: plan() }));
    await this.#finishErasing();
  }

  async #finishErasing(): Promise<void> {
    const orphans = this.#state.orphans();
    if (orphans.length > 0) await this.#commit(removingTemplates(this.#state, orphans));
    if (this.#state.settings.erasing === undefined && orphans.length === 0) return;
    await this.store.compact();
    await this.#commit([removalOf('setting', 'erasing')]);
  }

  /**
   * Plans changes on what is known now and commits them; plans anew where another process was first.
   *
   * @param depends whether the plan depends on what others may change
   */
  async #tryAgain<T extends { readonly changes: readonly Change[] }>(depends: boolean, plan: () => T): Promise<T> {
    for (let tries = 0; ; tries++) {
      await this.#catchUp();
      const version = this.#version; // that the plan rests on; others may be taken in before it is committed
      const planned = plan();
      try {
        await this.#commit(planned.changes, depends ? version : undefined);
        return planned;
      } catch (cause) {
        if (!(cause instanceof StaleError) || tries === 20) throw cause;
      }
    }
  }

  async #commit(changes: readonly Change[], unchangedSince?: bigint): Promise<void> {
    await this.#state.prepare(changes);
    await this.store.commit(changes, { unchangedSince });
    if (this.store.catchUp)
      await this.#catchUp(); // others' changes may come before these
    else this.#state.apply(changes);
  }

  /** Takes in what other processes changed, in their order. */
  #catchUp(): Promise<void> {
    const { store } = this;
    if (!store.catchUp) return Promise.resolve();
    const mine = this.#caughtUp.then(async () => {
      const news = await store.catchUp?.(this.#version);
      if (!news) return;
      await this.#state.prepare(news.changes);
      this.#state.apply(news.changes);
      this.#version = news.version;
    });
    this.#caughtUp = mine.catch(() => undefined);
    return mine;
  }
}
