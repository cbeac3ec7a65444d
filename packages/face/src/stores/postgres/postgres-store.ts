import { FileError } from '@pocketnet/files';
import type { ClientBase, Pool } from 'pg';
import type { Template } from '../../template.js';
import { encodeChanges } from '../log/changes.js';
import {
  type Change,
  type CommitOptions,
  type News,
  StaleError,
  type Store,
  type StoredNeighbour,
  UnerasedError,
} from '../store.js';
import { addressOf } from './address.js';
import { migrate } from './migrations.js';
import { type Place, readRows, writeRows } from './rows.js';
import { makeGraph, nearestRows, type ServerSearch } from './vector-index.js';

export interface PostgresOptions {
  /** Name of the gallery in its database, which may hold several; "default" unless said. */
  readonly gallery?: string;
  /** Who searches: this process in its memory, or the server. "memory" unless said. */
  readonly search?: 'memory' | ServerSearch;
  /** Most connections; 4 unless said. */
  readonly connections?: number;
  /** Milliseconds that a statement may take; 10,000 unless said. Compacting and making an index have no such bound. */
  readonly timeout?: number;
  /** A read replica that searches of the server go to. */
  readonly replica?: string;
  /**
   * How {@link Store.compact} leaves nothing behind: "rewrite" writes the table anew, during which nobody can use it (VACUUM FULL); "vacuum"
   * frees the space, whose bytes then stay until others take their place.
   */
  readonly erase?: 'rewrite' | 'vacuum';
}

/** Records of a page. */
const PAGE = 5000;

interface Waiting {
  readonly changes: readonly Change[];
  readonly unchangedSince: bigint | undefined;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * A gallery in PostgreSQL with pgvector, for many machines at once: each has the gallery in memory and takes in what the others change.
 * Makes the tables where there are none. It needs the packages `pg` and `pgvector`.
 *
 * @param url as libpq takes it: postgres://user:password@host/database
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const { Pool } = (await import('pg')).default;
  const { connections = 4, timeout = 10_000, gallery = 'default', replica } = options;
  const { host, pathname } = addressOf(url);
  const location = `postgres://${host}${pathname}, gallery "${gallery}"`;
  const poolAt = (connectionString: string): Pool => {
    const pool = new Pool({
      connectionString,
      max: connections,
      statement_timeout: timeout,
      connectionTimeoutMillis: timeout,
    });
    pool.on('error', () => undefined); // an idle connection that broke is replaced; the next statement tells
    return pool;
  };
  const [pool, readPool] = [poolAt(url), replica === undefined ? undefined : poolAt(replica)];
  try {
    const id = await using(pool, location, async (client) => {
      await client.query('SET statement_timeout = 0');
      await migrate(client);
      await client.query(`SET statement_timeout = ${timeout}`);
      return galleryNamed(client, gallery);
    });
    return new PostgresStore(location, id, pool, readPool, options);
  } catch (cause) {
    await Promise.all([pool.end(), readPool?.end()]);
    throw cause;
  }
}

/** What to do about errors of the system and of PostgreSQL (its manual, appendix A), by their codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No server answers there: start it, or check host and port.',
  ENOTFOUND: 'Check the name of the host.',
  '28P01': 'Check user and password.',
  '28000': 'Check the user, and what pg_hba.conf lets in.',
  '3D000': 'Make it: createdb NAME.',
  '0A000': 'The server needs pgvector: install its package, such as postgresql-17-pgvector.',
  '58P01': 'The server needs pgvector: install its package, such as postgresql-17-pgvector.',
  '42501': 'This user may not; let one who may say once: CREATE EXTENSION vector.',
};

async function galleryNamed(client: ClientBase, name: string): Promise<number> {
  await client.query('INSERT INTO pocketnet_galleries (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
  const { rows } = await client.query<{ id: number }>('SELECT id FROM pocketnet_galleries WHERE name = $1', [name]);
  return (rows[0] as { id: number }).id; // it was made above
}

class PostgresStore implements Store {
  readonly notes: string[] = [];
  /** Number of the last commit that the first reading told. */
  #firstRead: bigint | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  readonly nearest?: (query: Template, count: number) => Promise<readonly StoredNeighbour[]>;
  readonly #graphs = new Set<string>();

  constructor(
    readonly location: string,
    private readonly gallery: number,
    private readonly pool: Pool,
    private readonly readPool: Pool | undefined,
    private readonly options: PostgresOptions,
  ) {
    const { search = 'memory' } = options;
    if (search !== 'memory') this.nearest = (query, count) => this.#nearest(query, count, search);
  }

  async *read(): AsyncGenerator<readonly Change[]> {
    const upTo = await this.#using((client) => this.#sequence(client));
    let after: Place = { sequence: -1n, kind: '', id: '' };
    for (;;) {
      const from = after;
      const { changes, last } = await this.#using((client) => readRows(client, this.gallery, from, upTo, PAGE));
      if (!last) break;
      yield changes.filter(({ about }) => about !== undefined);
      after = last;
    }
    this.#firstRead ??= upTo;
  }

  catchUp(since = this.#firstRead ?? 0n): Promise<News> {
    return this.#using(async (client) => {
      const version = await this.#sequence(client);
      if (version === since) return { changes: [], version };
      const after: Place = { sequence: since, kind: '\x7f', id: '' }; // behind every record of that commit
      const { changes } = await readRows(client, this.gallery, after, version, 2 ** 31 - 1);
      return { changes, version };
    });
  }

  commit(changes: readonly Change[], { unchangedSince }: CommitOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      encodeChanges(changes); // refuses what no store could keep
      this.#waiting.push({ changes, unchangedSince, resolve, reject });
      if (this.#waiting.length === 1) this.#writing = this.#writing.then(() => this.#writeGroup());
    });
  }

  async compact(): Promise<void> {
    const { erase = 'rewrite' } = this.options;
    await this.#using(async (client) => {
      if (erase === 'rewrite') await this.#outlastTransactions(client);
      await client.query('SET statement_timeout = 0');
      try {
        await client.query(`VACUUM ${erase === 'rewrite' ? '(FULL)' : ''} pocketnet_records`);
      } finally {
        await client.query(`SET statement_timeout = ${this.options.timeout ?? 10_000}`);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#writing;
    this.#closed = true;
    await Promise.all([this.pool.end(), this.readPool?.end()]);
  }

  /** One transaction for all that wait: the gallery's row gives them their number and their turn among other processes. */
  async #writeGroup(): Promise<void> {
    const group = this.#waiting.splice(0);
    const stale: Waiting[] = [];
    try {
      await this.#using(async (client) => {
        await client.query('BEGIN');
        try {
          const before = await this.#sequence(client, 'FOR UPDATE');
          const fresh = group.filter((each) => !(before > (each.unchangedSince ?? before)) || !stale.push(each));
          if (fresh.length > 0) {
            const next = before + 1n;
            await writeRows(
              client,
              this.gallery,
              next,
              fresh.flatMap(({ changes }) => changes),
            );
            await client.query('UPDATE pocketnet_galleries SET sequence = $2 WHERE id = $1', [
              this.gallery,
              next.toString(),
            ]);
          }
          await client.query(
            "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
          );
          await client.query('COMMIT');
        } catch (cause) {
          await client.query('ROLLBACK').catch(() => undefined); // the connection may be what broke
          throw cause;
        }
      });
    } catch (cause) {
      for (const { reject } of group) reject(cause);
      return;
    }
    for (const each of group)
      if (stale.includes(each)) each.reject(new StaleError(this.location));
      else each.resolve();
  }

  async #nearest(query: Template, count: number, search: ServerSearch): Promise<readonly StoredNeighbour[]> {
    if (search === 'hnsw' && !this.#graphs.has(query.model)) {
      await this.#using(async (client) => {
        await client.query('SET statement_timeout = 0');
        await makeGraph(client, this.gallery, query.model, query.vector.length);
        await client.query(`SET statement_timeout = ${this.options.timeout ?? 10_000}`);
      });
      this.#graphs.add(query.model);
    }
    const pool = this.readPool ?? this.pool;
    return using(pool, this.location, (client) => nearestRows(client, this.gallery, query, count, search));
  }

  async #sequence(client: ClientBase, lock = ''): Promise<bigint> {
    const { rows } = await client.query<{ sequence: string }>(
      `SELECT sequence FROM pocketnet_galleries WHERE id = $1 ${lock}`,
      [this.gallery],
    );
    if (!rows[0]) throw new Error('the gallery was removed from the database.');
    return BigInt(rows[0].sequence);
  }

  /**
   * Waits until the transactions that are under way have ended, in other databases of the server, too: rows that one of them may still see
   * are written into the new table as well.
   */
  async #outlastTransactions(client: ClientBase): Promise<void> {
    const { rows } = await client.query<{ now: string }>('SELECT pg_current_xact_id()::text AS now');
    const begun = performance.now();
    for (let pause = 4; ; pause = Math.min(2 * pause, 500)) {
      const ended = await client.query<{ all: boolean }>(
        `SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AND NOT EXISTS (SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age($1::xid8::xid)) AS all`,
        [rows[0]?.now],
      );
      if (ended.rows[0]?.all) return;
      if (performance.now() - begun > (this.options.timeout ?? 10_000))
        throw new UnerasedError(
          this.location,
          'what was removed could not be erased yet: transactions that began before are still running on the server, and may see it. End them, then compact the gallery or open it again',
        );
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #using<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new FileError(this.location, 'the gallery is closed. Open it again.'));
    return using(this.pool, this.location, work);
  }
}

/** Work on a connection of the pool; failures name the place, and a connection that may be broken is not used again. */
async function using<T>(pool: Pool, location: string, work: (client: ClientBase) => Promise<T>): Promise<T> {
  try {
    const client = await pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (cause) {
      client.release(true);
      throw cause;
    }
  } catch (cause) {
    if (cause instanceof FileError || cause instanceof StaleError) throw cause;
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const remedy = REMEDIES[code] ?? (/timeout/.test(message) ? 'The server is slow or away; try again.' : undefined);
    throw new FileError(location, remedy === undefined ? message : `${message}. ${remedy}`, { cause });
  }
}
