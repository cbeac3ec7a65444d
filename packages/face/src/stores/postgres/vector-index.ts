import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { toSql } from 'pgvector/pg';
import type { Template } from '../../template.js';
import type { StoredNeighbour } from '../store.js';

/** How the server searches: it looks at every template, or at those that pgvector's graph leads to, which may miss some. */
export type ServerSearch = 'exact' | 'hnsw';

/** pgvector's bound on `hnsw.ef_search`. */
const MOST_LOOKED_AT = 1000;

/**
 * Makes the graph of a gallery's templates of one model, where there is none. It takes minutes for some hundred thousand; others go on
 * writing meanwhile. One that was broken off is made anew.
 */
export async function makeGraph(client: ClientBase, gallery: number, model: string, dimension: number): Promise<void> {
  const digest = createHash('sha256').update(model).digest('hex');
  const name = `pocketnet_hnsw_${gallery}_${digest.slice(0, 16)}`;
  const lock = [gallery, Number.parseInt(digest.slice(0, 7), 16)];
  // Who waits for the lock within a statement would be waited for by CREATE INDEX CONCURRENTLY.
  while (!(await isTrue(client, 'SELECT pg_try_advisory_lock($1, $2) AS answer', lock)))
    await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    const broken = 'SELECT NOT indisvalid AS answer FROM pg_index WHERE indexrelid = to_regclass($1)';
    if (await isTrue(client, broken, [name])) await client.query(`DROP INDEX ${name}`);
    await client.query(
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON pocketnet_records USING hnsw ((vector::vector(${dimension})) vector_ip_ops)
       WHERE ${whichRows(client, gallery, model)}`,
    );
  } finally {
    await client.query('SELECT pg_advisory_unlock($1, $2)', lock);
  }
}

async function isTrue(client: ClientBase, question: string, values: unknown[]): Promise<boolean> {
  const { rows } = await client.query<{ answer: boolean }>(question, values);
  return rows[0]?.answer === true;
}

/** The nearest templates of a model; vectors are of unit length, so that the inner product is the cosine. */
export async function nearestRows(
  client: ClientBase,
  gallery: number,
  { model, vector }: Template,
  count: number,
  search: ServerSearch,
): Promise<StoredNeighbour[]> {
  await client.query('BEGIN READ ONLY');
  try {
    if (search === 'exact') await client.query('SET LOCAL enable_indexscan = off');
    else {
      const lookedAt = Math.min(MOST_LOOKED_AT, Math.max(100, 4 * count));
      await client.query(`SET LOCAL hnsw.ef_search = ${lookedAt}; SET LOCAL hnsw.iterative_scan = strict_order`);
    }
    const distance = `vector::vector(${vector.length}) <#> $1::vector(${vector.length})`;
    const { rows } = await client.query<{ id: string; cosine: number }>(
      `SELECT id, -(${distance}) AS cosine FROM pocketnet_records
       WHERE ${whichRows(client, gallery, model)} ORDER BY ${distance} LIMIT $2`,
      [toSql([...vector]), count],
    );
    return rows;
  } finally {
    await client.query('COMMIT');
  }
}

/** Written out rather than by parameters: a partial index serves only what repeats its condition. */
const whichRows = (client: ClientBase, gallery: number, model: string): string =>
  `gallery = ${gallery} AND kind = 'template' AND model = ${client.escapeLiteral(model)} AND vector IS NOT NULL`;
