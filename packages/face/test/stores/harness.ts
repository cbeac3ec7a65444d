import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Change, Store } from 'pocketnet/stores';
import { openEncrypted, openMemoryStore } from 'pocketnet/stores';
import { openFileStore } from 'pocketnet/stores/file';
import { openPostgresStore } from 'pocketnet/stores/postgres';
import { afterAll } from 'vitest';

/** A place that stores of one kind are opened at, again and again. */
export interface Place {
  open(): Promise<Store>;
  /** Everything that a thief of the place would find, as bytes; undefined where only memory holds it. */
  bytes?(): Uint8Array[] | Promise<Uint8Array[]>;
  remove(): Promise<void>;
}

export interface StoreUnderTest {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing?: string;
  /** Whether what lies there cannot be read. */
  readonly sealed?: boolean;
  place(): Promise<Place>;
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'pocketnet-gallery-'));

const key = { bytes: Uint8Array.from({ length: 32 }, (_, i) => 7 * i) };

const { POCKETNET_POSTGRES: server, POCKETNET_POSTGRES_DATA } = process.env;

/** A database of this test file's own, since others use the server at the same time; gone afterwards. */
export const database = server === undefined ? undefined : await databaseOn(server);

/** The folder of the server's data, if this machine may look into it. */
export const databaseFolder = POCKETNET_POSTGRES_DATA;

/** Every store that can run in Node: the registry's, and sealed ones. The contract's suite and the gallery's tests run over them. */
export const storesUnderTest: StoreUnderTest[] = [
  {
    name: 'memory',
    async place() {
      let last: Awaited<ReturnType<typeof openMemoryStore>> | undefined;
      return {
        open: async () => {
          const store = await openMemoryStore(last?.snapshot());
          last = store;
          return store;
        },
        bytes: () => (last ? [last.snapshot()] : []),
        remove: async () => undefined,
      };
    },
  },
  {
    name: 'file',
    async place() {
      const folder = temporaryFolder();
      return {
        open: () => openFileStore(join(folder, 'gallery.log')),
        bytes: () => filesIn(folder),
        remove: async () => rmSync(folder, { recursive: true }),
      };
    },
  },
  {
    name: 'file, encrypted',
    sealed: true,
    async place() {
      const folder = temporaryFolder();
      return {
        open: async () => openEncrypted(await openFileStore(join(folder, 'gallery.log')), key),
        bytes: () => filesIn(folder),
        remove: async () => rmSync(folder, { recursive: true }),
      };
    },
  },
  {
    name: 'postgres',
    ...(database === undefined ? { missing: 'no database: name one in POCKETNET_POSTGRES' } : {}),
    async place() {
      const url = database ?? '';
      const gallery = `test ${randomUUID()}`;
      return {
        open: () => openPostgresStore(url, { gallery }),
        ...(databaseFolder === undefined ? {} : { bytes: () => databaseFiles(url, databaseFolder) }),
        remove: () => ask(url, 'DELETE FROM pocketnet_galleries WHERE name = $1', [gallery]).then(() => undefined),
      };
    },
  },
];

export async function ask(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text, values);
  await client.end();
  return rows;
}

async function databaseOn(server: string): Promise<string> {
  const name = `pocketnet_test_${randomUUID().replaceAll('-', '_')}`;
  await ask(server, `CREATE DATABASE ${name}`);
  afterAll(() => ask(server, `DROP DATABASE ${name} WITH (FORCE)`).then(() => undefined));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** The files of a database's tables and indexes, as they lie on the disk. */
export async function databaseFiles(url: string, folder: string): Promise<Uint8Array[]> {
  await ask(url, 'CHECKPOINT');
  const [row] = await ask(url, 'SELECT oid FROM pg_database WHERE datname = current_database()');
  return filesIn(join(folder, 'base', String(row?.oid)));
}

export function filesIn(folder: string): Uint8Array[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => new Uint8Array(readFileSync(join(folder, entry.name))));
}

/** Does any of the places hold these bytes? */
export const holds = (places: readonly Uint8Array[], what: Uint8Array): boolean =>
  places.some((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from(what)));

/** A store's state as a plain map: text of every live record. */
export async function stateOf(store: Store): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for await (const changes of store.read()) for (const change of changes) applyTo(state, change);
  return state;
}

export function applyTo(state: Map<string, string>, change: Change): void {
  const key = `${change.kind}/${change.id}`;
  if (change.about === undefined) state.delete(key);
  else
    state.set(
      key,
      JSON.stringify([[...change.about], change.template?.model, change.template && [...change.template.vector]]),
    );
}

export const sorted = (state: ReadonlyMap<string, string>): [string, string][] =>
  [...state].sort(([a], [b]) => (a < b ? -1 : 1));
