import { DataError } from '../data-error.js';
import { readIntegerLines } from './integer-lines.js';

/** `ijb?_template_pair_label.txt`: the pairs of templates of the 1:1 protocol, 8 to 16 million. */
export interface IjbPairs {
  /** Ids of gallery templates. */
  readonly first: Int32Array;
  /** Ids of probe templates. */
  readonly second: Int32Array;
  /** 1 = one person, 0 = two. */
  readonly same: Uint8Array;
}

const FORM = 'template template 1|0';

/** @throws DataError that names the line when it is not `template template 1|0` */
export function readIjbPairs(path: string): IjbPairs {
  const [first, second, label] = readIntegerLines(path, 3, FORM) as [Int32Array, Int32Array, Int32Array]; // 3 columns
  const wrong = label.findIndex((value) => value !== 0 && value !== 1);
  if (wrong !== -1)
    throw new DataError({
      file: path,
      record: `pair ${wrong + 1}`,
      reason: `its label is ${label[wrong]} instead of 1 (one person) or 0 (two)`,
      remedy: `Write "${FORM}"`,
    });
  if (first.length === 0) throw new DataError({ file: path, reason: 'lists no pairs', remedy: 'Copy it again' });
  return { first, second, same: Uint8Array.from(label) };
}
