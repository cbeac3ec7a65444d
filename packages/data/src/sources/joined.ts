import { DataError } from '../data-error.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { outside } from './subset.js';

const PREFIX = 'joined:';

/** Locations that are read as one source. */
export interface JoinedParts {
  /** Their identities follow one another: two parts share none. */
  labelled: readonly string[];
  /** Their images get the label -1, whatever they are labelled with. */
  unlabelled: readonly string[];
}

/** The location of several sources as one; a single labelled one stays as it is. */
export function joinLocations({ labelled, unlabelled }: JoinedParts): string {
  const [only] = labelled;
  if (only !== undefined && labelled.length === 1 && unlabelled.length === 0) return only;
  return PREFIX + JSON.stringify({ labelled, unlabelled });
}

/** The locations that a location joins, in the order of their images: itself, where it joins none. */
export function partsOf(location: string): string[] {
  if (!location.startsWith(PREFIX)) return [location];
  const { labelled, unlabelled } = parseJoined(location);
  return [...labelled, ...unlabelled];
}

export const joined: SourceKind = {
  name: 'joined',
  locations: 'joined:{"labelled": [LOCATION, …], "unlabelled": [LOCATION, …]}',
  matches: (location) => location.startsWith(PREFIX),
  open: openJoined,
};

/**
 * Several sources one after the other, the labelled ones first.
 * @throws DataError when the location is no such list, or a labelled part has no labels
 */
export function openJoined(location: string, openPart: (location: string) => FaceSource): FaceSource {
  const { labelled, unlabelled } = parseJoined(location);
  const parts: Part[] = [];
  let [length, identities] = [0, 0];
  try {
    for (const [places, hasLabels] of [[labelled, true] as const, [unlabelled, false] as const]) {
      for (const place of places) {
        const source = openPart(place);
        parts.push({ source, from: length, labelsFrom: hasLabels ? identities : undefined });
        if (hasLabels && source.identities === 0) {
          throw new DataError({ file: place, reason: 'has no labels', remedy: 'List it among the unlabelled parts' });
        }
        length += source.length;
        if (hasLabels) identities += source.identities;
      }
    }
  } catch (error) {
    for (const { source } of parts) source.close();
    throw error;
  }
  const name = parts.map(({ source }) => source.name).join(' + ');
  const partOf = (index: number): Part =>
    parts.findLast(({ from }) => index >= from && index < length) ?? outside({ name }, index, length);
  return {
    name,
    length,
    identities,
    label(index) {
      const { source, from, labelsFrom } = partOf(index);
      const label = source.label(index - from);
      return labelsFrom === undefined || label < 0 ? -1 : labelsFrom + label;
    },
    read(index) {
      const { source, from } = partOf(index);
      return source.read(index - from);
    },
    picture(index) {
      const { source, from } = partOf(index);
      return source.picture?.(index - from);
    },
    place(index) {
      const { source, from } = partOf(index);
      return source.place?.(index - from) ?? { file: source.name, record: `image ${index - from}` };
    },
    imageName(index) {
      const { source, from } = partOf(index);
      return source.imageName?.(index - from);
    },
    notes: parts.flatMap(({ source }) => source.notes ?? []),
    close() {
      for (const { source } of parts) source.close();
    },
  };
}

interface Part {
  source: FaceSource;
  /** Its first image's place in the whole. */
  from: number;
  /** What is added to its labels; undefined for an unlabelled part. */
  labelsFrom: number | undefined;
}

function parseJoined(location: string): JoinedParts {
  try {
    const { labelled, unlabelled } = JSON.parse(location.slice(PREFIX.length));
    const isList = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((place) => typeof place === 'string');
    if (isList(labelled) && isList(unlabelled) && labelled.length + unlabelled.length > 0)
      return { labelled, unlabelled };
  } catch {
    // said below, as for a list of another shape
  }
  throw new DataError({ file: location, reason: `is no list of parts such as ${joined.locations}` });
}
