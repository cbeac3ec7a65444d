import type { ClientBase } from 'pg';

/**
 * What makes the tables, in order; a statement never changes once it was released. `sequence` counts the commits of a gallery: each record
 * has that of the last commit that touched it, and a removed one stays as its id alone, so that other processes hear of it.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE EXTENSION IF NOT EXISTS vector;
   CREATE TABLE pocketnet_galleries (
     id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     name text NOT NULL UNIQUE,
     sequence bigint NOT NULL DEFAULT 0
   );
   CREATE TABLE pocketnet_records (
     gallery integer NOT NULL REFERENCES pocketnet_galleries ON DELETE CASCADE,
     kind text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     sequence bigint NOT NULL,
     about bytea,
     model text,
     vector vector,
     PRIMARY KEY (gallery, kind, id)
   );
   CREATE INDEX pocketnet_records_in_order ON pocketnet_records (gallery, sequence, kind, id);`,
];

/** Any number, so long as nobody else locks by it: "pocketne". */
const LOCK = 0x706f636b65n;

/** Brings a database's tables to what this version wants. Several processes may do so at once. */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK.toString()]);
  try {
    await client.query('CREATE TABLE IF NOT EXISTS pocketnet_migrations (version integer PRIMARY KEY)');
    const { rows } = await client.query<{ version: number | null }>(
      'SELECT max(version) AS version FROM pocketnet_migrations',
    );
    const done = rows[0]?.version ?? 0;
    if (done > MIGRATIONS.length)
      throw new Error(
        `its tables are of version ${done}, and this program knows ${MIGRATIONS.length}. Update the program.`,
      );
    for (const [i, sql] of MIGRATIONS.entries()) {
      if (i < done) continue;
      await client.query('BEGIN');
      await client.query(sql);
      await client.query('INSERT INTO pocketnet_migrations VALUES ($1)', [i + 1]);
      await client.query('COMMIT');
    }
  } catch (cause) {
    await client.query('ROLLBACK');
    throw cause;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK.toString()]);
  }
}
