import { FileError } from '@pocketnet/files';
import type { StoredTemplate } from '../template.js';

/** The kinds of records a gallery keeps. Their order is part of the log's format: a new one goes to the end. */
export const RECORD_KINDS = ['person', 'template', 'crop', 'correction', 'undo', 'setting'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** A record as it lies in a store: what the gallery says of it, as bytes, and a template where it is one's. */
export interface StoredRecord {
  readonly kind: RecordKind;
  /** ASCII, at most 255 characters; unique within its kind. */
  readonly id: string;
  readonly about: Uint8Array;
  readonly template?: StoredTemplate;
}

export interface Removal {
  readonly kind: RecordKind;
  readonly id: string;
  readonly about?: undefined;
}

/** A record that takes the place of the one with its kind and id, or the end of that one. */
export type Change = StoredRecord | Removal;

/** A template that a store's own index found. */
export interface StoredNeighbour {
  /** Id of the template's record. */
  readonly id: string;
  readonly cosine: number;
}

/**
 * Keeps a gallery's records. It knows nothing of what they mean; each sibling passes the suite of `test/stores`.
 * Every failure is a FileError that names {@link location}.
 */
export interface Store {
  /** A path or an address without secrets, for messages. */
  readonly location: string;
  /** What was found wrong and mended, as sentences; complete after the first {@link read}. */
  readonly notes: readonly string[];
  /**
   * Everything committed, in an order in which the later word on a record holds. Bytes and vectors last until the next changes are
   * asked for: see {@link copyOf}. Not to be mixed with {@link compact}.
   */
  read(): AsyncIterable<readonly Change[]>;
  /**
   * Makes all of the changes last, or none. Resolves when a power cut could not take them any more.
   *
   * @param options.unchangedSince refuse with {@link StaleError} if the store is of a later version by now
   */
  commit(changes: readonly Change[], options?: CommitOptions): Promise<void>;
  /** Leaves nothing of removed or replaced records in the store's own files. */
  compact(): Promise<void>;
  close(): Promise<void>;

  /** Of stores with several writers: what was committed since a version, by whomever; since the first {@link read} unless said. */
  catchUp?(since?: bigint): Promise<News>;
  /** Of stores with an index of their own: the templates of a model nearest to a vector, best first. */
  nearest?(query: StoredTemplate, count: number): Promise<readonly StoredNeighbour[]>;
}

export interface CommitOptions {
  readonly unchangedSince?: bigint | undefined;
}

export interface News {
  readonly changes: readonly Change[];
  /** The version that a store is of with these changes. */
  readonly version: bigint;
}

/** Another machine changed the store first: catch up, look again, and commit anew. */
export class StaleError extends Error {
  override readonly name = 'StaleError';
  constructor(location: string) {
    super(`${location}: another process changed the gallery meanwhile. Read its changes, and try again.`);
  }
}

/** What was removed is gone for all who ask, but its bytes are not yet: compact the store later. */
export class UnerasedError extends FileError {}

export const isRemoval = (change: Change): change is Removal => change.about === undefined;

/** One text for a record's kind and id. */
export const keyOf = ({ kind, id }: { readonly kind: RecordKind; readonly id: string }): string => `${kind}/${id}`;

/** The record with bytes of its own. */
export function copyOf({ kind, id, about, template }: StoredRecord): StoredRecord {
  const copy = { kind, id, about: about.slice() };
  return template ? { ...copy, template: { model: template.model, vector: template.vector.slice() } } : copy;
}
