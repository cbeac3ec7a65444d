import { existsSync } from 'node:fs';
import { DataError } from '../data-error.js';
import { Registry } from '../registry.js';
import { cifar10 } from './cifar10.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { generated } from './generated.js';
import { imageFolder } from './image-folder.js';
import { joined } from './joined.js';
import { parseLocation } from './location.js';
import { recordIO } from './recordio.js';
import { renumbered } from './renumbered.js';
import { subset } from './subset.js';

/** Every kind of face source; the first that matches a location opens it. A new one is one file here and one line. */
export const sources = new Registry<SourceKind>('kind of source', [joined, recordIO, cifar10, imageFolder, generated]);

/**
 * Opens faces by a location: a `.rec` file, a folder holding `train.rec`, a folder of `identity/photo.jpg`, or
 * `generated:identities=200,images=20,seed=1,size=112`; each may end in a selection such as `?minImages=3&maxImages=100`
 * (see {@link parseLocation}). Labels have no gaps: raw ids are renumbered in their order, after a selection, whose `identities`
 * are those of the source. A location is plain text, so a worker thread can open the very same faces again.
 *
 * @throws DataError when nothing there can be read as faces.
 */
export function openSource(location: string): FaceSource {
  const { base, selection } = parseLocation(location);
  const kind = kindOf(base);
  const source = kind.open(base, openSource);
  if (selection !== undefined) return subset(source, selection);
  return kind.hasRawLabels ? renumbered(source) : source;
}

/** The kind that opens `base`, a location without its selection. @throws DataError when none does. */
export function kindOf(base: string): SourceKind {
  const kind = [...sources].find((each) => each.matches(base));
  if (kind !== undefined) return kind;
  if (!/^\w{2,}:/.test(base) && !existsSync(base))
    throw new DataError({ file: base, reason: 'does not exist', remedy: 'Check the path' });
  throw new DataError({
    file: base,
    reason: 'holds no faces that can be read',
    remedy: `Name ${Array.from(sources, (each) => each.locations).join(', or ')}`,
  });
}
