import { existsSync } from 'node:fs';
import { readLabels, readLayout } from '../formats/recordio/face-records.js';
import { RecordReader } from '../formats/recordio/reader.js';
import { indexPath } from '../formats/recordio/record-index.js';
import { readProperty } from '../formats/recordio/write-faces.js';
import { IndexSet } from '../index-set.js';

/** What is odd about the files around the images: a sentence each, none when all is well. Damage is thrown, not listed. */
export function recordProblems(recPath: string, deep: boolean): string[] {
  const reader = new RecordReader(recPath);
  try {
    const layout = readLayout(reader);
    const labels = readLabels(reader, layout);
    const problems: string[] = [];
    if (!existsSync(indexPath(recPath))) {
      problems.push('There is no .idx; it was rebuilt by walking through the records.');
    }
    if (!layout.hasSummary) {
      problems.push('Record 0 is not the summary that InsightFace writes; every record is taken as an image.');
    }
    const people = countDistinct(labels);
    const stated = readProperty(recPath)?.identities;
    const isUnlabelled = layout.hasSummary && layout.identityKeys.length === 0;
    if (stated !== undefined && stated !== people && !(isUnlabelled && stated === 0)) {
      problems.push(`The property file states ${stated} identities; the images have ${people}.`);
    }
    if (!isUnlabelled && layout.hasSummary && layout.identityKeys.length !== people) {
      problems.push(`There are ${layout.identityKeys.length} identity records for ${people} identities.`);
    }
    if (deep) problems.push(...unindexed(reader));
    return problems;
  } finally {
    reader.close();
  }
}

function countDistinct(labels: Int32Array): number {
  const used = new IndexSet(labels.reduce((largest, label) => Math.max(largest, label), 0) + 1);
  for (const label of labels) used.add(label);
  return used.size;
}

/** Each record is to end where another one, or the file, does: else the index leaves records out. */
function unindexed(reader: RecordReader): string[] {
  const starts = reader.index.offsets.slice().sort();
  let [gaps, first] = [0, 0];
  for (const key of reader.index.keys) {
    const end = reader.end(key);
    if (end === reader.size || has(starts, end)) continue;
    if (gaps++ === 0) first = key;
  }
  if (gaps === 0) return [];
  return [`The index leaves out what follows ${gaps} of the records, first after record ${first}.`];
}

/** Whether an ascending array holds a number. */
function has(ascending: Float64Array, wanted: number): boolean {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted;
}
