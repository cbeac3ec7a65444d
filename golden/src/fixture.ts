import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Device, loadTensors, ops, type Tensor } from '@pocketnet/torch';
import { Json } from './json.js';

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** One entry of a folder's `index.json`. */
export class Fixture {
  readonly kind: string;
  readonly name: string;
  readonly files: readonly string[];
  readonly #tolerance: Json | undefined;
  readonly #descriptionFile: string;
  #description: Json | undefined;

  constructor(
    readonly folder: string,
    entry: Json,
    /** Where the fixture's tensors are put, and with them all that is computed of them. */
    readonly device: Device = 'cpu',
  ) {
    this.kind = entry.get('kind').text();
    this.name = entry.find('name')?.text() ?? this.kind;
    this.files = entry.find('files')?.texts() ?? [];
    this.#descriptionFile = entry.find('description')?.text() ?? `${this.name}.json`;
    this.#tolerance = entry.find('tolerance');
  }

  /** Seeds, configuration and scalars. */
  get description(): Json {
    this.#description ??= readJson(join(this.folder, this.#descriptionFile));
    return this.#description;
  }

  /** Tolerances of these names: the index's, else the documented ones given here. */
  tolerances<Names extends string>(documented: Readonly<Record<Names, number>>): Record<Names, number> {
    const named = Object.entries<number>(documented).map(([name, value]) => [
      name,
      this.#tolerance?.find(name)?.number() ?? value,
    ]);
    return Object.fromEntries(named) as Record<Names, number>;
  }

  /** A tolerance that is itself an object. */
  toleranceTable(name: string): Json | undefined {
    return this.#tolerance?.find(name);
  }

  /** The tensors of a file, in the file's order. */
  tensors(file: string): NamedTensors {
    const { tensors } = loadTensors(join(this.folder, file));
    return new Map(Array.from(tensors, ([name, tensor]) => [name, this.there(tensor)]));
  }

  /** A tensor on the fixture's device. */
  there(tensor: Tensor): Tensor {
    return ops.toDevice(tensor, this.device, tensor.dtype);
  }

  /** The fixture's file of tensors for one purpose: `init` finds `trainstep.init.safetensors`. */
  file(purpose: string): string | undefined {
    return this.files.find((file) => `.${basename(file)}`.endsWith(`.${purpose}.safetensors`));
  }

  /** A file of tensors that the fixture cannot do without; without a purpose, its only one. */
  requiredFile(purpose?: string): string {
    const file = purpose === undefined ? this.files.find((name) => name.endsWith('.safetensors')) : this.file(purpose);
    if (file === undefined) throw new Error(`The fixture ${this.name} lists no file ${purpose ?? '…'}.safetensors.`);
    return file;
  }

  /** The images of a fixture's own tensors, else those that the folder's fixtures share. */
  images(own: NamedTensors, name: string): Tensor {
    const image = own.get(name);
    if (image) return image;
    const shared = this.files.find((file) => basename(file) === 'images.safetensors') ?? 'images.safetensors';
    if (!existsSync(join(this.folder, shared))) {
      throw new Error(`The fixture ${this.name} has no tensor '${name}', and its folder no images.safetensors.`);
    }
    return required(this.tensors(shared), 'images', shared);
  }
}

/** @throws an Error that names file and tensor */
export function required(tensors: NamedTensors, name: string, file: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`${file} holds no tensor '${name}'.`);
  return tensor;
}

export function readJson(path: string): Json {
  const file = basename(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${(cause as Error).message}`);
  }
  try {
    return new Json(JSON.parse(text), `${file}:`);
  } catch (cause) {
    throw new Error(`${path} is not JSON: ${(cause as Error).message}`);
  }
}
