import { Random } from '@pocketnet/files';
import { encodeTemplateRecord } from '../../packages/face/dist/gallery/state/template-record.js';

export const DIMENSION = 128;
export const MODEL = 'a model'.padEnd(64, '.'); // as long as a fingerprint

/** Unit vectors, one after the other; uniform numbers do for what only costs time. */
export function inventor(seed) {
  const random = new Random(seed);
  return () => {
    const vector = new Float32Array(DIMENSION);
    let square = 0;
    for (let i = 0; i < DIMENSION; i++) {
      const value = random.next() - 0.5;
      vector[i] = value;
      square += value * value;
    }
    const scale = 1 / Math.sqrt(square);
    for (let i = 0; i < DIMENSION; i++) vector[i] *= scale;
    return vector;
  };
}

const text = (said) => new TextEncoder().encode(JSON.stringify(said));

/** Changes of a gallery of so many templates and people, as enrolments leave them, many at a time. */
export function* changesOf(size, people) {
  const vector = inventor(1);
  const added = Date.UTC(2026, 0, 1);
  let changes = [];
  for (let i = 0; i < size; i++) {
    const person = `P${String(i % people).padStart(25, '0')}`;
    if (i < people) changes.push({ kind: 'person', id: person, about: text({ name: `Number ${i}`, added }) });
    const about = encodeTemplateRecord({ person, added, quality: 0.875 });
    const id = `T${String(i).padStart(25, '0')}`;
    changes.push({ kind: 'template', id, about, template: { model: MODEL, vector: vector() } });
    if (changes.length < 2000) continue;
    yield changes;
    changes = [];
  }
  if (changes.length > 0) yield changes;
}
