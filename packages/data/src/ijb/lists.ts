import { DataError } from '../data-error.js';
import { forEachLine, wholeNumber } from './text-lines.js';

/** A gallery or the probes of the 1:N protocol: templates, each once, and the person that each shows. */
export interface IjbList {
  readonly template: Int32Array;
  readonly subject: Int32Array;
}

/**
 * Reads `ijb?_1N_gallery_*.csv` or `ijb?_1N_probe_mixed.csv`: a line of headings, then one line for every face image, of which
 * the first two columns are used, TEMPLATE_ID and SUBJECT_ID.
 *
 * @throws DataError that names the line: no ids, or a template that an earlier line gives to another person
 */
export function readIjbList(path: string): IjbList {
  const subjects = new Map<number, number>();
  let headings = true;
  forEachLine(path, (line, number) => {
    const [first, second] = line.split(',', 2);
    const [template, subject] = [wholeNumber(first), wholeNumber(second)];
    if (headings) {
      headings = false;
      if (template === undefined) return;
    }
    const fault = (reason: string, remedy: string) =>
      new DataError({ file: path, record: `line ${number}`, reason, remedy });
    if (template === undefined || subject === undefined)
      throw fault(
        `${JSON.stringify(line.slice(0, 80))} has no ids`,
        'Write "TEMPLATE_ID,SUBJECT_ID,…", as in "7,12,…"',
      );
    const known = subjects.get(template) ?? subject;
    if (known !== subject)
      throw fault(`template ${template} shows person ${subject}, but ${known} in an earlier line`, 'Correct the list');
    subjects.set(template, subject);
  });
  if (subjects.size === 0) throw new DataError({ file: path, reason: 'lists no templates', remedy: 'Copy it again' });
  return { template: Int32Array.from(subjects.keys()), subject: Int32Array.from(subjects.values()) };
}
