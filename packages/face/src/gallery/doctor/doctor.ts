import { dot } from '../dot.js';
import { type Strangers, type Threshold, usualFpir } from '../identify/strangers.js';
import type { Neighbour } from '../state/named-search.js';
import type { GalleryState, PersonState } from '../state/state.js';

export interface DoctorOptions {
  /** Share of strangers' searches that may end in a match, for the suggested threshold; as in `identify` unless said. */
  readonly fpir?: number;
  /** Strangers who are looked at a day, for the expected false identifications; 1,000 unless said. */
  readonly looks?: number;
  /** Templates of less quality are called poor; 0.3 unless said. */
  readonly quality?: number;
  readonly onProgress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** Two templates that are remarkably near. */
export interface Pair {
  readonly people: readonly [string, string];
  readonly names: readonly [string, string];
  readonly templates: readonly [string, string];
  readonly cosine: number;
}

export interface PoorTemplate {
  readonly person: string;
  readonly name: string;
  readonly template: string;
  readonly why: string;
}

export interface ModelReport {
  readonly model: string;
  readonly templates: number;
  /** One face under two names: so near that in a gallery of this size chance brings such a pair once in twenty times at most. */
  readonly conflicts: readonly Pair[];
  /** The same picture twice. */
  readonly duplicates: readonly Pair[];
  readonly poor: readonly PoorTemplate[];
  /** The pairs of different people that are nearest, at most ten. */
  readonly nearest: readonly Pair[];
  /** For the asked FPIR; undefined where the card's pairs do not say. */
  readonly threshold?: Threshold;
  /** Strangers a day who are called by a name at that threshold. */
  readonly falseIdentificationsADay?: number;
}

export interface DoctorReport {
  readonly people: number;
  /** Ids of people with one template of each model at most: one more makes them be found more often. */
  readonly single: readonly string[];
  readonly models: readonly ModelReport[];
}

/** Two templates of a person that are nearer are of one picture: other shots differ by more than an encoder does. */
const DUPLICATE = 0.99;
const NEAREST = 10;
/** Templates between two breaths, in which the rest of the program has its turn. */
const BREATH = 50;

/** Looks for what makes a gallery err. It searches for every template: minutes for a hundred thousand. */
export async function examine(
  state: GalleryState,
  strangersOf: (model: string) => Strangers | undefined,
  options: DoctorOptions,
): Promise<DoctorReport> {
  const models: ModelReport[] = [];
  for (const [model, { size }] of state.searches)
    if (size > 0) models.push(await examineModel(state, model, strangersOf(model), options));
  const single = [...state.people.values()].filter((person) =>
    countsByModel(state, person).every((count) => count === 1),
  );
  return { people: state.people.size, single: single.map(({ id }) => id), models };
}

function countsByModel(state: GalleryState, { templates }: PersonState): number[] {
  const counts = new Map<string, number>();
  for (const id of templates) {
    const model = state.templates.get(id)?.model ?? '';
    counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  return [...counts.values()];
}

async function examineModel(
  state: GalleryState,
  model: string,
  strangers: Strangers | undefined,
  { fpir: asked, looks = 1000, quality = 0.3, onProgress, signal }: DoctorOptions,
): Promise<ModelReport> {
  const ids = [...state.templates.values()].filter((each) => each.model === model).map(({ id }) => id);
  const n = ids.length;
  const fpir = asked ?? usualFpir(n);
  const conflicting = strangers?.thresholdFor(0.05, (n * (n - 1)) / 2)?.cosine ?? Infinity;
  const between = new Map<string, Pair>();
  const duplicates = new Map<string, Pair>();
  const poor: PoorTemplate[] = [];
  for (const [i, id] of ids.entries()) {
    if (i % BREATH === 0) {
      signal?.throwIfAborted();
      onProgress?.(i, n);
      await new Promise((resolve) => setTimeout(resolve));
      state.refuseIfClosed();
    }
    const { own, other } = around(state, model, id);
    if (other) keepNearest(between, other, other.people);
    if (own && own.cosine > DUPLICATE) keepNearest(duplicates, own, own.templates);
    const why = whyPoor(state, id, own, other, quality);
    const [person, name] = [other?.people[0] ?? own?.people[0], other?.names[0] ?? own?.names[0]];
    if (why !== undefined && person !== undefined && name !== undefined) poor.push({ person, name, template: id, why });
  }
  onProgress?.(n, n);
  const pairs = [...between.values()].sort((a, b) => b.cosine - a.cosine);
  const threshold = strangers?.thresholdFor(fpir, n);
  const rate = threshold && strangers?.rateAt(threshold.cosine, n).rate;
  return {
    ...{ model, templates: n, duplicates: [...duplicates.values()], poor },
    conflicts: pairs.filter(({ cosine }) => cosine >= conflicting),
    nearest: pairs.slice(0, NEAREST),
    ...(threshold && rate !== undefined ? { threshold, falseIdentificationsADay: looks * rate } : {}),
  };
}

/** The nearest other template of the same person, and the nearest of somebody else. */
function around(state: GalleryState, model: string, id: string): { own: Pair | undefined; other: Pair | undefined } {
  const vector = state.template(id)?.vector;
  const person = state.people.get(state.templates.get(id)?.person ?? '');
  if (!vector || !person) return { own: undefined, other: undefined };
  const pairWith = (nearest: Neighbour | undefined): Pair | undefined => {
    const whose = nearest && state.people.get(state.templates.get(nearest.id)?.person ?? '');
    if (!nearest || !whose) return undefined;
    return {
      people: [person.id, whose.id],
      names: [person.name, whose.name],
      templates: [id, nearest.id],
      cosine: nearest.cosine,
    };
  };
  // Among one more than the person has, somebody else's must be.
  const found = state.searches.get(model)?.nearest(vector, person.templates.length + 1) ?? [];
  const other = found.find((each) => !person.templates.includes(each.id));
  const own = person.templates.flatMap((each) => {
    const known = each === id ? undefined : state.template(each);
    return known?.model === model ? [{ id: each, cosine: dot(known.vector, vector) }] : [];
  });
  const nearestOwn = own.reduce<Neighbour | undefined>(
    (a, each) => (a && a.cosine >= each.cosine ? a : each),
    undefined,
  );
  return { own: pairWith(nearestOwn), other: pairWith(other) };
}

/** One pair of two: the nearest. */
function keepNearest(pairs: Map<string, Pair>, pair: Pair, two: readonly [string, string]): void {
  const key = [...two].sort().join('/');
  const known = pairs.get(key);
  if (!known || pair.cosine > known.cosine) pairs.set(key, pair);
}

function whyPoor(
  state: GalleryState,
  id: string,
  own: Pair | undefined,
  other: Pair | undefined,
  least: number,
): string | undefined {
  const quality = state.templates.get(id)?.quality;
  if (quality !== undefined && quality < least) return `Its quality is ${quality.toFixed(2)}.`;
  if (own && other && other.cosine > own.cosine)
    return `It is nearer to ${other.names[1]} (${other.cosine.toFixed(3)}) than to any other of ${own.names[0]} (${own.cosine.toFixed(3)}).`;
  return undefined;
}
