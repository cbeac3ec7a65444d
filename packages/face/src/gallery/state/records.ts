import type { Change, RecordKind, StoredRecord } from '../../stores/store.js';
import type { StoredTemplate } from '../../template.js';
import type { Face } from '../face.js';
import { decodeTemplateRecord, encodeTemplateRecord, type TemplateRecord } from './template-record.js';

// What the records of a gallery say: as JSON in a store, but for templates, of which there are many. Times are milliseconds since 1970.

export type { TemplateRecord } from './template-record.js';

export interface PersonRecord {
  readonly name: string;
  readonly added: number;
  /** When they are to be forgotten. */
  readonly expires?: number;
}

export interface CorrectionRecord {
  readonly face: Face;
  readonly says: 'is' | 'is not' | 'not a face' | 'ignore';
  /** Whom "is" and "is not" speak of. */
  readonly person?: string;
  readonly added: number;
  /** Whether a crop of the face is kept, under the correction's id. */
  readonly crop?: true;
}

/** How to take a step back. It holds no template: only whose they were. */
export interface UndoRecord {
  /** What was done, as a sentence. */
  readonly what: string;
  readonly added: number;
  /** Ids of the people it is about. */
  readonly concerns: readonly string[];
  /** As they were; null for one whom the step made. */
  readonly people: Readonly<Record<string, PersonRecord | null>>;
  /** Whose each template was. */
  readonly templates: Readonly<Record<string, string>>;
  /** As they were; null for one that the step made. */
  readonly corrections: Readonly<Record<string, CorrectionRecord | null>>;
}

/** Settings by their ids. */
export interface Settings {
  /** How many days a person is kept after the last enrolment. */
  retention?: { readonly days: number };
  /** Something was removed, and its bytes may still lie in the store. */
  erasing?: Record<string, never>;
}

interface Said {
  person: PersonRecord;
  template: TemplateRecord;
  correction: CorrectionRecord;
  undo: UndoRecord;
  setting: Settings[keyof Settings] & object;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function recordOf<K extends keyof Said>(
  kind: K,
  id: string,
  said: Said[K],
  template?: StoredTemplate,
): StoredRecord {
  const about =
    kind === 'template' ? encodeTemplateRecord(said as TemplateRecord) : encoder.encode(JSON.stringify(said));
  const record = { kind, id, about };
  return template ? { ...record, template } : record;
}

/** What a record of this kind says. Only the gallery writes them, and the store has checked its bytes. @throws where it is sealed */
export function saidBy<K extends keyof Said>(kind: K, { id, about }: StoredRecord): Said[K] {
  try {
    return (kind === 'template' ? decodeTemplateRecord(about) : JSON.parse(decoder.decode(about))) as Said[K];
  } catch (cause) {
    throw new Error(`The ${kind} ${id} cannot be read. If the gallery is encrypted, open it with its key.`, { cause });
  }
}

export const removalOf = (kind: RecordKind, id: string): Change => ({ kind, id });
