/** Rows that share an id: those of `ids[k]` are `order[starts[k] … starts[k + 1])`. */
export interface Groups {
  /** Distinct, ascending. */
  readonly ids: Int32Array;
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

/** Groups rows by their id; inside a group they keep their order. */
export function groupRows(idOfRow: Int32Array): Groups {
  const ids = Int32Array.from(new Set(idOfRow)).sort();
  const place = placeFinder(ids);
  const starts = new Int32Array(ids.length + 1);
  for (const id of idOfRow) bump(starts, place(id) + 1);
  for (let k = 1; k < starts.length; k++) starts[k] = (starts[k] ?? 0) + (starts[k - 1] ?? 0);
  const next = starts.slice();
  const order = new Int32Array(idOfRow.length);
  for (const [row, id] of idOfRow.entries()) order[bump(next, place(id))] = row;
  return { ids, order, starts };
}

/** Adds one to a counter and returns what it was. */
function bump(counters: Int32Array, at: number): number {
  const was = counters[at] ?? 0;
  counters[at] = was + 1;
  return was;
}

const LARGEST_TABLE = 2 ** 24;

/** The place of an id among ascending distinct ids, −1 where it is not there: by a table, or by a map where ids lie far apart. */
export function placeFinder(ids: Int32Array): (id: number) => number {
  const lowest = ids[0] ?? 0;
  const range = (ids.at(-1) ?? 0) - lowest + 1;
  if (range > LARGEST_TABLE) {
    const places = new Map(Array.from(ids, (id, place) => [id, place]));
    return (id) => places.get(id) ?? -1;
  }
  const table = new Int32Array(range).fill(-1);
  for (const [place, id] of ids.entries()) table[id - lowest] = place;
  return (id) => table[id - lowest] ?? -1;
}
