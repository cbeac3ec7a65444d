import { ratesOf, readCalibration } from 'pocketnet';
import {
  type Correction,
  type Enrolment,
  type EnrolOptions,
  type Face,
  Gallery,
  type Identification,
  type IdentifyOptions,
  type NewPerson,
  type Said,
  type StoredTemplate,
} from 'pocketnet/gallery';
import { openMemoryStore, type Store } from 'pocketnet/stores';
import { openOpfsStore } from 'pocketnet/stores/opfs';
import { bytesOf, type PixelsOfFace, pngOf } from '../network/crop-file.js';
import { eraseFiles, isOpenElsewhere, keepsFiles, writeFile } from './browser-files.js';
import { CameraFaces, type Unlearned } from './camera-faces.js';
import type { KeptStatement, Statement } from './statement.js';
import { Statements } from './statements.js';
import { sealedFileOf, takenAlong } from './take-along.js';
import { whoIsMeant } from './who-is-meant.js';

/** A person as the page lists them. */
export interface ListedPerson {
  readonly id: string;
  readonly name: string;
  readonly shots: readonly Shot[];
}

export interface Shot {
  readonly id: string;
  /** The aligned face as a PNG; undefined where none was kept. */
  readonly crop: Blob | undefined;
  /** Whether the network that is open can search for it. */
  readonly searchable: boolean;
}

/** What a user said of a face before the camera, and its picture. */
export interface ListedCorrection extends Correction {
  readonly picture: Blob | undefined;
}

/** What the gallery needs to know of the network that is open. */
export interface OpenModel {
  readonly model: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** From this cosine on two faces are one person's. */
  readonly strict: number;
}

/** Who a face before the camera is, and as which face it is known of which something was said. */
export interface Look extends Identification {
  readonly said?: Face;
}

const FILE = 'people.gallery';
/** Of two faces whose cosines differ by less, neither is surely the nearer one: a user's word stands, as in galleries. */
const MARGIN = 0.05;

/** The people that the page knows, in the browser's own files: what lives in the worker. */
export class PeopleService {
  #store: Store | undefined;
  #gallery: Gallery | undefined;
  #model: OpenModel | undefined;
  readonly #crops = new Map<string, Blob>();
  readonly #camera = new CameraFaces();
  readonly #statements = new Statements();

  /** Opens the gallery for a network's templates. @returns whether it outlasts the page; `elsewhere` where another tab has it */
  async open(model: OpenModel): Promise<{ readonly lasting: boolean } | 'elsewhere'> {
    await this.#close();
    this.#model = model;
    const lasting = keepsFiles();
    try {
      this.#store = lasting ? await openOpfsStore(FILE) : await openMemoryStore();
    } catch (cause) {
      if (isOpenElsewhere(cause)) return 'elsewhere';
      throw cause;
    }
    const calibration = readCalibration(model.metadata);
    this.#gallery = await Gallery.open(this.#store, {
      rates: calibration ? [ratesOf(model.model, calibration)] : [],
    });
    await this.#readCrops();
    return { lasting };
  }

  /** Gives up the files, so that another tab can open them. */
  async close(): Promise<void> {
    await this.#close();
    await this.#statements.close();
  }

  async list(): Promise<ListedPerson[]> {
    const { people } = await this.#opened.people({ limit: 100_000 });
    return people.map(({ id, name, templates }) => ({
      ...{ id, name },
      shots: templates.map((each) => ({
        ...{ id: each.id, crop: this.#crops.get(each.id) },
        searchable: each.model === this.#model?.model,
      })),
    }));
  }

  async enrol(
    who: string | NewPerson,
    template: StoredTemplate,
    crop: PixelsOfFace | Blob,
    options: EnrolOptions = {},
  ): Promise<Enrolment> {
    const file = crop instanceof Blob ? crop : await pngOf(crop);
    const enrolled = await this.#opened.enrol(who, template, { ...options, crop: await bytesOf(file) });
    this.#crops.set(enrolled.template, file);
    return enrolled;
  }

  identify(template: StoredTemplate, options?: IdentifyOptions): Promise<Identification> {
    return this.#opened.identify(template, options);
  }

  /** Who each group of faces is, by most of them; undefined where that is not sure. */
  whoAre(groups: readonly (readonly StoredTemplate[])[]): Promise<(string | undefined)[]> {
    return Promise.all(groups.map((templates) => whoIsMeant(this.#opened, templates)));
  }

  rename(person: string, name: string): Promise<void> {
    return this.#opened.rename(person, name);
  }

  async merge(into: string, from: string): Promise<void> {
    await this.#opened.merge(into, from);
    await this.#statements.move(from, into);
  }

  split(from: string, shots: readonly string[], name: string): Promise<string> {
    return this.#opened.split(from, shots, name);
  }

  lastStep(): Promise<string | undefined> {
    return this.#opened.lastStep();
  }

  undo(): Promise<string> {
    return this.#opened.undo();
  }

  async forget(person: string): Promise<void> {
    const known = await this.#opened.person(person);
    await this.#opened.forget(person);
    await this.#statements.forget(person);
    for (const { id } of known?.templates ?? []) this.#crops.delete(id);
  }

  /** Removes photos of somebody for good, and the person with the last one. */
  async removeShots(person: string, shots: readonly string[]): Promise<void> {
    const known = await this.#opened.person(person);
    const own = known?.templates.filter(({ id }) => shots.includes(id)) ?? [];
    if (own.length > 0 && own.length === known?.templates.length) return this.forget(person);
    for (const { id } of own) {
      await this.#opened.removeTemplate(id);
      this.#crops.delete(id);
    }
  }

  /** Who is before the camera? What was said of a face that this one resembles more than anybody known holds for it, too. */
  async look(template: StoredTemplate, options: IdentifyOptions): Promise<Look> {
    const found = await this.#opened.identify(template, options);
    const said = this.#camera.nearest(template);
    const least = Math.max(this.#model?.strict ?? 1, (found.candidates[0]?.cosine ?? -1) - MARGIN);
    if (!said || said.cosine < least) return found;
    return { ...(await this.#opened.identify(template, { ...options, face: said.face })), said: said.face };
  }

  /** Keeps what a user says of a face before the camera. */
  async correct(face: Face, said: Said, template: StoredTemplate, crop: PixelsOfFace): Promise<void> {
    const file = await pngOf(crop);
    await this.#opened.correct(face, said, { crop: await bytesOf(file) });
    const made = (await this.#opened.corrections()).findLast((each) => each.face.photo === face.photo);
    if (!made) return;
    this.#crops.set(made.id, file);
    this.#camera.learn(made.id, made.face, template);
  }

  /**
   * Enrols a face before the camera as somebody, and keeps that a user said so.
   *
   * @param said as which face it is known of which something was said before: the last word stands
   */
  async thisIs(
    who: string | NewPerson,
    template: StoredTemplate,
    crop: PixelsOfFace,
    { face, said = face }: { readonly face: Face; readonly said: Face | undefined },
  ): Promise<void> {
    const { person } = await this.enrol(who, template, crop, { face });
    await this.correct(said, { is: person }, template, crop);
  }

  /** What was said of faces before the camera. */
  async corrections(): Promise<ListedCorrection[]> {
    const all = await this.#opened.corrections();
    return all.map((each) => ({ ...each, picture: this.#crops.get(each.id) }));
  }

  /** Takes back what was said of a face, and what was enrolled of it by that. */
  async takeBack(correction: string): Promise<void> {
    const { face, says, person } = (await this.corrections()).find(({ id }) => id === correction) ?? {};
    if (!face) return;
    await this.#opened.correct(face, 'nothing');
    this.#crops.delete(correction);
    if (says !== 'is' || person === undefined) return;
    const shots = (await this.#opened.person(person))?.templates.filter(({ photo }) => photo === face.photo) ?? [];
    await this.removeShots(
      person,
      shots.map(({ id }) => id),
    );
  }

  /** Crops of faces of which something was said, for the network that is open to embed. */
  async unlearned(): Promise<Unlearned[]> {
    return this.#camera.unlearned(await this.#opened.corrections(), this.#crops);
  }

  async learn(correction: string, template: StoredTemplate): Promise<void> {
    const face = (await this.#opened.corrections()).find(({ id }) => id === correction)?.face;
    if (face) this.#camera.learn(correction, face, template);
  }

  statements(): Promise<KeptStatement[]> {
    return this.#statements.list();
  }

  say(statement: Statement, picture: Blob | undefined): Promise<KeptStatement> {
    return this.#statements.add(statement, picture);
  }

  unsay(statements: readonly string[]): Promise<void> {
    return this.#statements.remove(statements);
  }

  /** All people, and what was said of faces, in one file that only the passphrase opens. */
  async export(passphrase: string): Promise<Uint8Array> {
    return sealedFileOf(this.#kept, await this.#statements.opened(), passphrase);
  }

  /** Takes in the people of such a file. Those who are known already are replaced. @returns how many the file has */
  async import(file: Uint8Array, passphrase: string): Promise<number> {
    const { people, statements } = await takenAlong(file, passphrase);
    const model = this.#model;
    if (people.length > 0) await this.#kept.commit(people);
    await this.#statements.takeIn(statements);
    if (model) await this.open(model); // the gallery reads what its store holds when it opens
    return people.filter(({ kind }) => kind === 'person').length;
  }

  /** Keeps a file of the user's beside the people. */
  keepFile(name: string, bytes: Uint8Array): Promise<void> {
    return writeFile(name, bytes);
  }

  dropFile(name: string): Promise<void> {
    return eraseFiles((each) => each === name);
  }

  /** Leaves no file of the page. */
  async forgetEverything(): Promise<void> {
    await this.close();
    await eraseFiles();
  }

  get #opened(): Gallery {
    if (!this.#gallery) throw new Error('The people are not opened yet.');
    return this.#gallery;
  }

  get #kept(): Store {
    if (!this.#store) throw new Error('The people are not opened yet.');
    return this.#store;
  }

  async #readCrops(): Promise<void> {
    this.#crops.clear();
    for await (const changes of this.#kept.read())
      for (const { kind, id, about } of changes) {
        if (kind !== 'crop') continue;
        if (about) this.#crops.set(id, new Blob([Uint8Array.from(about)], { type: 'image/png' }));
        else this.#crops.delete(id);
      }
  }

  async #close(): Promise<void> {
    const gallery = this.#gallery;
    this.#gallery = undefined;
    this.#store = undefined;
    this.#crops.clear();
    this.#camera.clear();
    await gallery?.close();
  }
}
