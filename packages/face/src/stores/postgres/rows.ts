import type { ClientBase, QueryResult } from 'pg';
import { toSql } from 'pgvector/pg';
import { type Change, isRemoval, RECORD_KINDS, type RecordKind } from '../store.js';

/** A record's place in a gallery's order. */
export interface Place {
  readonly sequence: bigint;
  readonly kind: string;
  readonly id: string;
}

interface Row {
  readonly sequence: string;
  readonly kind: string;
  readonly id: string;
  readonly about: Uint8Array | null;
  readonly model: string | null;
  /** As pgvector sends it: how many numbers, two bytes unused, the numbers, big-endian. */
  readonly vector: Uint8Array | null;
}

/** Writes changes under a commit's number. A removed record stays as its id. */
export async function writeRows(
  client: ClientBase,
  gallery: number,
  sequence: bigint,
  changes: readonly Change[],
): Promise<void> {
  const last = new Map(changes.map((change) => [`${change.kind}/${change.id}`, change])); // one statement may touch a row once
  const all = [...last.values()];
  const puts = all.map((change) => (isRemoval(change) ? undefined : change));
  await client.query(
    `INSERT INTO pocketnet_records (gallery, kind, id, sequence, about, model, vector)
     SELECT $1, kind, id, $2, about, model, vector::vector
     FROM unnest($3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[]) AS new (kind, id, about, model, vector)
     ON CONFLICT (gallery, kind, id) DO UPDATE
     SET sequence = excluded.sequence, about = excluded.about, model = excluded.model, vector = excluded.vector`,
    [
      gallery,
      sequence.toString(),
      all.map(({ kind }) => kind),
      all.map(({ id }) => id),
      puts.map((put) => (put ? Buffer.from(put.about) : null)),
      puts.map((put) => put?.template?.model ?? null),
      puts.map((put) => (put?.template ? toSql([...put.template.vector]) : null)),
    ],
  );
}

/** Up to `limit` records behind `after` and up to a commit, in order. */
export async function readRows(
  client: { query(config: object): Promise<QueryResult> },
  gallery: number,
  after: Place,
  upTo: bigint,
  limit: number,
): Promise<{ readonly changes: Change[]; readonly last: Place | undefined }> {
  const { rows } = await client.query({
    text: `SELECT sequence, kind, id, about, model, vector_send(vector) AS vector FROM pocketnet_records
      WHERE gallery = $1 AND (sequence, kind, id) > ($2, $3, $4) AND sequence <= $5
      ORDER BY sequence, kind, id LIMIT $6`,
    values: [gallery, after.sequence.toString(), after.kind, after.id, upTo.toString(), limit],
  });
  const last = rows.at(-1) as Row | undefined;
  return {
    changes: (rows as Row[]).map(changeOf),
    last: last && { sequence: BigInt(last.sequence), kind: last.kind, id: last.id },
  };
}

function changeOf({ kind, id, about, model, vector }: Row): Change {
  if (!isKind(kind))
    throw new Error(`a record of kind "${kind}", which this version does not know. Update the program.`);
  if (about === null) return { kind, id };
  const record = { kind, id, about: Uint8Array.from(about) };
  return model === null || vector === null ? record : { ...record, template: { model, vector: floatsOf(vector) } };
}

const isKind = (kind: string): kind is RecordKind => (RECORD_KINDS as readonly string[]).includes(kind);

function floatsOf(sent: Uint8Array): Float32Array {
  const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength);
  return Float32Array.from({ length: view.getUint16(0) }, (_, i) => view.getFloat32(4 + 4 * i));
}
