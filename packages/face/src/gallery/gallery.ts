import { openSearch as openWasmSearch } from '@pocketnet/engine';
import type { MatchRates } from '../match-rates.js';
import { type Change, type Store, UnerasedError } from '../stores/store.js';
import { checkTemplate as checkIsTemplate, type StoredTemplate } from '../template.js';
import { checkDays, personIn } from './check.js';
import { type DoctorOptions, type DoctorReport, examine } from './doctor/doctor.js';
import { cropsOf, exportOf, type PersonExport } from './export.js';
import type { Face } from './face.js';
import { type Identification, type IdentifyOptions, identify, type SearchIn } from './identify/identify.js';
import { type FaceInPhoto, identifyPhoto } from './identify/photo.js';
import { Strangers } from './identify/strangers.js';
import { type Verification, type VerifyOptions, verify } from './identify/verify.js';
import { Ledger } from './ledger.js';
import { droppingModel, type MigrateOptions, type Migration, migrating } from './models/migrate.js';
import { type PeopleOptions, type PeoplePage, type Person, pageOf, viewOf } from './people.js';
import type { OpenSearch } from './state/named-search.js';
import { recordOf, removalOf } from './state/records.js';
import { expired } from './state/retention.js';
import { GalleryState } from './state/state.js';
import { type Correction, type CorrectOptions, correcting, correctionsIn, type Said } from './steps/correct.js';
import { type Enrolment, type EnrolOptions, enrolment, type NewPerson, replacesTemplates } from './steps/enrol.js';
import { forgetting, removingTemplates } from './steps/forget.js';
import { merging } from './steps/merge.js';
import { renaming } from './steps/rename.js';
import { splitting } from './steps/split.js';
import { type Step, withUndo } from './steps/step.js';
import { lastStep, undoing } from './steps/undo.js';
import { Turns } from './turns.js';

export interface GalleryOptions {
  /** What cosines mean, of each model (undefined of one that is not calibrated); without them no decision is a match. */
  readonly rates?: readonly (MatchRates | undefined)[];
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
  readonly #ledger: Ledger;
  #unerased: readonly string[] = [];

  private constructor(
    readonly store: Store,
    { rates = [], openSearch = openWasmSearch, now = Date.now }: GalleryOptions,
  ) {
    this.#state = new GalleryState(openSearch);
    this.#ledger = new Ledger(store, this.#state);
    this.#strangers = new Map(rates.flatMap((each) => (each ? [[each.model, new Strangers(each)]] : [])));
    this.#now = now;
  }

  /** Reads a store's people, and finishes what a crash broke off. The gallery closes the store, also where it cannot be opened. */
  static async open(store: Store, options: GalleryOptions = {}): Promise<Gallery> {
    if (typeof store?.read !== 'function')
      throw new TypeError(
        "Gallery.open() takes a store, such as await openFileStore(path) of 'pocketnet/stores/file'.",
      );
    const gallery = new Gallery(store, options);
    const noteUnerased = (cause: unknown): void => {
      if (!(cause instanceof UnerasedError)) throw cause;
      gallery.#unerased = [cause.message];
    };
    try {
      await gallery.#ledger.open().catch(noteUnerased);
      await gallery.expire().catch(noteUnerased);
    } catch (cause) {
      await gallery.close();
      throw cause;
    }
    return gallery;
  }

  /** What was found wrong in the store and mended, and what could not be erased when it was opened, as sentences. */
  get notes(): readonly string[] {
    return [...this.store.notes, ...this.#unerased];
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
  async enrol(who: string | NewPerson, template: StoredTemplate, options: EnrolOptions = {}): Promise<Enrolment> {
    checkIsTemplate(template);
    const plan = () => enrolment(this.#state, who, template, options, this.#now());
    const work = async (): Promise<Enrolment> => (await this.#ledger.commit(plan, typeof who === 'string')).enrolment;
    if (!options.face) return this.#turns.together(work);
    // Which faces of a photo are whose is looked at and changed in one go, and what is replaced is erased.
    return this.#turns.alone(async () =>
      replacesTemplates(this.#state, who, options.face, template.model)
        ? (await this.#ledger.erase(plan)).enrolment
        : work(),
    );
  }

  /** Who is it? Candidates, and whether the best of them is the one. */
  async identify(template: StoredTemplate, options: IdentifyOptions = {}): Promise<Identification> {
    await this.#ready();
    return identify(this.#search(template), template, options);
  }

  /** Who are the faces of a photo? No two of them are one person. */
  async identifyPhoto(
    faces: readonly FaceInPhoto[],
    options: Omit<IdentifyOptions, 'face'> = {},
  ): Promise<Identification[]> {
    await this.#ready();
    const [first] = faces;
    return first ? identifyPhoto(this.#search(first.template), faces, options) : [];
  }

  /** Is it this person? By their nearest template, at a share of strangers (FMR) that counts all of their templates. */
  async verify(person: string, template: StoredTemplate, options: VerifyOptions = {}): Promise<Verification> {
    await this.#ready();
    return verify(this.#search(template), person, template, options);
  }

  /** People in the order they were enrolled, by pages. */
  async people(options: PeopleOptions = {}): Promise<PeoplePage> {
    await this.#ready();
    return pageOf(this.#state, options);
  }

  async person(id: string): Promise<Person | undefined> {
    await this.#ready();
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
  correct(face: Face, said: Said, options: CorrectOptions = {}): Promise<void> {
    return this.#step(() => correcting(this.#state, face, said, options, this.#now()));
  }

  /** What users said of faces, in that order. */
  async corrections(): Promise<Correction[]> {
    await this.#ready();
    return correctionsIn(this.#state);
  }

  /** What {@link undo} would take back: renaming, merging, splitting or a correction. */
  async lastStep(): Promise<string | undefined> {
    await this.#ready();
    return lastStep(this.#state)?.what;
  }

  /** Takes the last step back. @returns what it was, as a sentence */
  undo(): Promise<string> {
    return this.#turns.alone(async () => (await this.#ledger.replace(() => undoing(this.#state))).what);
  }

  /** Forgets somebody for good: when it resolves, none of their templates is left in the store's files or in this process's index. */
  forget(person: string): Promise<void> {
    return this.#erase(() => forgetting(this.#state, [personIn(this.#state, person).id]));
  }

  /** Erases a template for good. */
  removeTemplate(template: string): Promise<void> {
    return this.#erase(() => {
      if (!this.#state.templates.has(template)) throw new RangeError(`The gallery has no template "${template}".`);
      return removingTemplates(this.#state, [template]);
    });
  }

  /** How many days people are kept after their last enrolment; undefined keeps them. */
  setRetention(days: number | undefined): Promise<void> {
    return this.#turns.alone(async () => {
      if (days !== undefined) checkDays(days);
      const change =
        days === undefined ? removalOf('setting', 'retention') : recordOf('setting', 'retention', { days });
      await this.#ledger.commit(() => ({ changes: [change] }), false);
    });
  }

  /** Forgets those whose time has come; opening does so, too. @returns how many */
  expire(): Promise<number> {
    return this.#turns.alone(async () => {
      await this.#ledger.catchUp();
      if (expired(this.#state, this.#now()).length === 0) return 0;
      const { people } = await this.#ledger.erase(() => {
        const people = expired(this.#state, this.#now()); // as of what other processes changed by now
        return { people, changes: forgetting(this.#state, people) };
      });
      return people.length;
    });
  }

  /** All that is kept of a person, as JSON. */
  export(person: string): Promise<PersonExport> {
    return this.#turns.alone(async () => {
      await this.#ledger.catchUp();
      return exportOf(this.#state, this.store, person);
    });
  }

  /** Looks for enrolments that make it err: see {@link DoctorReport}. */
  async doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
    await this.#ready();
    return examine(this.#state, (model) => this.#strangers.get(model), options);
  }

  /** Embeds the kept crops by a new model, beside what there is; {@link removeModel} ends the change. */
  async migrate(
    model: string,
    embed: (crop: Uint8Array) => Promise<StoredTemplate>,
    options: MigrateOptions = {},
  ): Promise<Migration> {
    await this.#ready();
    return migrating(this.#state, model, embed, options, {
      cropsOf: (templates) => this.#turns.alone(() => cropsOf(this.store, templates)),
      commit: (plan) =>
        this.#turns.alone(async () => {
          await this.#ledger.commit(() => ({ changes: plan(this.#now()) }));
        }),
    });
  }

  /** Erases the templates of a model. Crops stay with the templates that were embedded of them. */
  removeModel(model: string): Promise<void> {
    return this.#turns.alone(async () => {
      await this.#ledger.catchUp();
      const ids = [...this.#state.templates.values()].filter((each) => each.model === model && each.crop);
      const crops = await cropsOf(
        this.store,
        ids.map(({ id }) => id),
      );
      await this.#ledger.erase(() => ({ changes: droppingModel(this.#state, model, crops) }));
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

  /** Knows what other processes changed. @throws an Error once it is closed */
  async #ready(): Promise<void> {
    await this.#ledger.catchUp();
    this.#state.refuseIfClosed();
  }

  #search(template: StoredTemplate): SearchIn {
    checkIsTemplate(template);
    return {
      state: this.#state,
      nearest: async (query, count) => {
        const found = await this.store.nearest?.(query, count);
        this.#state.refuseIfClosed();
        return found ?? this.#state.searches.get(query.model)?.nearest(query.vector, count) ?? [];
      },
      strangers: this.#strangers.get(template.model),
      now: this.#now(),
    };
  }

  #step(plan: () => Step): Promise<void> {
    return this.#turns.alone(async () => {
      await this.#ledger.replace(() => ({ changes: withUndo(this.#state, plan(), this.#now()) }));
    });
  }

  #erase(plan: () => readonly Change[]): Promise<void> {
    return this.#turns.alone(async () => {
      await this.#ledger.erase(() => ({ changes: plan() }));
    });
  }
}
