import { type PlanRecord, RECORDS, type RecordName } from './format.js';

/** Bytes of a record: four a field. */
export const recordBytes = (name: RecordName): number => 4 * Object.keys(RECORDS[name]).length;

const GETTERS = { u32: 'getUint32', i32: 'getInt32', f32: 'getFloat32' } as const;
const SETTERS = { u32: 'setUint32', i32: 'setInt32', f32: 'setFloat32' } as const;

/** Reads the record that starts at `offset`. */
export function readRecord<N extends RecordName>(view: DataView, offset: number, name: N): PlanRecord<N> {
  const fields = Object.entries(RECORDS[name]).map(([field, type], i) => [
    field,
    view[GETTERS[type]](offset + 4 * i, true),
  ]);
  return Object.fromEntries(fields) as PlanRecord<N>; // every field of the record
}

/** Writes a record from `offset` on. */
export function writeRecord<N extends RecordName>(
  view: DataView,
  offset: number,
  name: N,
  record: PlanRecord<N>,
): void {
  const values: Record<string, number> = record;
  for (const [i, [field, type]] of Object.entries(RECORDS[name]).entries())
    view[SETTERS[type]](offset + 4 * i, values[field] ?? 0, true);
}
