import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { toSql } from 'pgvector/pg';
import type { Template } from '../../template.js';
import type { StoredNeighbour } from '../store.js';

/** How the server searches: it looks at every template, or at those that pgvector's graph leads to, which may miss some. */
export type ServerSearch = 'exact' | 'hnsw';

/** pgvector's bound on `hnsw.ef_search`. */
const MOST_LOOKED_AT = 1000;

/** Makes the graph of a gallery's templates of one model, where there is none. It takes minutes for a million. */
export async function makeGraph(client: ClientBase, gallery: number, model: string, dimension: number): Promise<void> {
  const name = `pocketnet_hnsw_${gallery}_${createHash('sha256').update(model).digest('hex').slice(0, 16)}`;
  await client.query(
    `CREATE INDEX IF NOT EXISTS ${name} ON pocketnet_records USING hnsw ((vector::vector(${dimension})) vector_ip_ops)
     WHERE ${whichRows(client, gallery, model)}`,
  );
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
