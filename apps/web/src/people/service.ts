import { ratesOf, readCalibration } from 'pocketnet';
import {
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
import { type Change, copyOf, openEncrypted, openMemoryStore, type Store } from 'pocketnet/stores';
import { openOpfsStore } from 'pocketnet/stores/opfs';

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

/** What the gallery needs to know of the network that is open. */
export interface OpenModel {
  readonly model: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PixelsOfFace {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const FILE = 'people.gallery';

/** What workers may do with a file: the page's types leave it out. */
interface WrittenInPlace {
  createSyncAccessHandle(): Promise<{ truncate(size: number): void; flush(): void; close(): void }>;
}

/** The people that the page knows, in the browser's own files: what lives in the worker. */
export class PeopleService {
  #store: Store | undefined;
  #gallery: Gallery | undefined;
  #model: OpenModel | undefined;
  readonly #crops = new Map<string, Blob>();

  /** Opens the gallery for a network's templates. @returns whether it outlasts the page, and what was mended */
  async open(model: OpenModel): Promise<{ readonly lasting: boolean; readonly notes: readonly string[] }> {
    await this.#close();
    this.#model = model;
    const lasting = typeof navigator.storage?.getDirectory === 'function';
    this.#store = lasting ? await openOpfsStore(FILE) : await openMemoryStore();
    const calibration = readCalibration(model.metadata);
    this.#gallery = await Gallery.open(this.#store, {
      rates: calibration ? [ratesOf(model.model, calibration)] : [],
    });
    await this.#readCrops();
    return { lasting, notes: this.#gallery.notes };
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
    crop: PixelsOfFace,
    options: EnrolOptions = {},
  ): Promise<Enrolment> {
    const png = await pngOf(crop);
    const enrolled = await this.#opened.enrol(who, template, {
      ...options,
      crop: new Uint8Array(await png.arrayBuffer()),
    });
    this.#crops.set(enrolled.template, png);
    return enrolled;
  }

  identify(template: StoredTemplate, options?: IdentifyOptions): Promise<Identification> {
    return this.#opened.identify(template, options);
  }

  identifyPhoto(faces: readonly { template: StoredTemplate; face: Face }[]): Promise<Identification[]> {
    return this.#opened.identifyPhoto(faces);
  }

  rename(person: string, name: string): Promise<void> {
    return this.#opened.rename(person, name);
  }

  merge(into: string, from: string): Promise<void> {
    return this.#opened.merge(into, from);
  }

  split(from: string, shots: readonly string[], name: string): Promise<string> {
    return this.#opened.split(from, shots, name);
  }

  correct(face: Face, said: Said): Promise<void> {
    return this.#opened.correct(face, said);
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
    for (const { id } of known?.templates ?? []) this.#crops.delete(id);
  }

  async removeShot(shot: string): Promise<void> {
    await this.#opened.removeTemplate(shot);
    this.#crops.delete(shot);
  }

  /** All people in one file that only the passphrase opens. */
  async export(passphrase: string): Promise<Uint8Array> {
    const memory = await openMemoryStore();
    const sealed = await openEncrypted(memory, { passphrase });
    await sealed.commit(await recordsOf(this.#kept));
    return memory.snapshot();
  }

  /** Takes in the people of such a file. Those who are known already are replaced. @returns how many the file has */
  async import(file: Uint8Array, passphrase: string): Promise<number> {
    const sealed = await openEncrypted(await openMemoryStore(file), { passphrase });
    const records = await recordsOf(sealed);
    const model = this.#model;
    if (records.length > 0) await this.#kept.commit(records);
    if (model) await this.open(model); // the gallery reads what its store holds when it opens
    return records.filter(({ kind }) => kind === 'person').length;
  }

  /** Leaves no file of the gallery. */
  async forgetEverything(): Promise<void> {
    await this.#close();
    if (typeof navigator.storage?.getDirectory !== 'function') return;
    const folder = await navigator.storage.getDirectory();
    for await (const name of folder.keys()) {
      const file = (await folder.getFileHandle(name)) as FileSystemFileHandle & WrittenInPlace;
      const handle = await file.createSyncAccessHandle();
      handle.truncate(0); // what the disk held is given up before the name is
      handle.flush();
      handle.close();
      await folder.removeEntry(name);
    }
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
    await gallery?.close();
  }
}

/** What a store holds of people, each record as it is now: no steps to undo, no settings. */
async function recordsOf(store: Store): Promise<Change[]> {
  const records = new Map<string, Change>();
  for await (const changes of store.read())
    for (const change of changes) {
      const key = `${change.kind}/${change.id}`;
      if (change.about === undefined || change.kind === 'undo' || change.kind === 'setting') records.delete(key);
      else records.set(key, copyOf(change));
    }
  return [...records.values()];
}

async function pngOf({ width, height, data }: PixelsOfFace): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  context?.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}
