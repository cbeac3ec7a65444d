import { IndexSet } from '../index-set.js';
import type { FaceSource } from './face-source.js';

/**
 * A source whose labels are 0, 1, 2… without gaps: itself where they are so already, else renumbered in the order of the labels, which
 * a note says. A head over raw ids would learn a class for every number that nobody has.
 */
export function renumbered(source: FaceSource): FaceSource {
  const { length, identities } = source;
  const used = new IndexSet(identities);
  for (let index = 0; index < length; index++) used.add(source.label(index));
  if (used.size === identities || used.size === 0) return source;
  const labels = new Int32Array(identities);
  let next = 0;
  for (const label of used) labels[label] = next++;
  const { notes = [] } = source;
  return {
    ...source,
    identities: used.size,
    label: (index) => labels[source.label(index)] ?? -1,
    notes: [
      ...notes,
      `${source.name}: of the labels 0 to ${identities - 1} only ${used.size} have images; they are renumbered 0 to ${used.size - 1}, in their order.`,
    ],
  };
}
