import { existsSync } from 'node:fs';
import { readLabels, readLayout } from '../formats/recordio/face-records.js';
import { RecordReader } from '../formats/recordio/reader.js';
import { indexPath } from '../formats/recordio/record-index.js';
import { readProperty } from '../formats/recordio/write-faces.js';

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
    const people = new Set(labels).size;
    const stated = readProperty(recPath)?.identities;
    const isUnlabelled = layout.hasSummary && layout.identityKeys.length === 0;
    if (stated !== undefined && stated !== people && !(isUnlabelled && stated === 0)) {
      problems.push(`The property file states ${stated} identities; the images have ${people}.`);
    }
    if (!isUnlabelled && layout.hasSummary && layout.identityKeys.length !== people) {
      problems.push(`There are ${layout.identityKeys.length} identity records for ${people} identities.`);
    }
    const missing = labels.reduce((largest, label) => Math.max(largest, label), 0) + 1 - people;
    if (missing > 0) {
      problems.push(`${missing} labels below the largest have no image; a head would learn empty classes.`);
    }
    if (deep) problems.push(...unindexed(reader));
    return problems;
  } finally {
    reader.close();
  }
}

/** Each record is to end where another one, or the file, does: else the index leaves records out. */
function unindexed(reader: RecordReader): string[] {
  const starts = new Set(reader.index.offsets);
  starts.add(reader.size);
  const gaps = Array.from(reader.index.keys).filter((key) => !starts.has(reader.end(key)));
  if (gaps.length === 0) return [];
  return [`The index leaves out what follows ${gaps.length} of the records, first after record ${gaps[0]}.`];
}
