import { DataError } from '../data-error.js';
import { RandomAccessFile } from '../formats/random-access-file.js';

const CHUNK = 4 * 2 ** 20;
/** No list of the field has lines near as long; a file without line ends is something else. */
const LONGEST_LINE = 2 ** 20;

/** Calls with every line that is not empty, trimmed, and its number from 1; lines end in LF or CRLF. */
export function forEachLine(path: string, take: (line: string, number: number) => void): void {
  const file = new RandomAccessFile(path);
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  const takeLine = (line: string) => {
    number++;
    const trimmed = line.trim();
    if (trimmed !== '') take(trimmed, number);
  };
  try {
    for (let offset = 0; offset < file.size; offset += CHUNK) {
      const bytes = file.read(offset, Math.min(CHUNK, file.size - offset));
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) takeLine(line);
      if (rest.length > LONGEST_LINE)
        throw new DataError({
          file: path,
          record: `line ${number + 1}`,
          reason: 'is longer than a megabyte',
          remedy: 'This is no list: check the path',
        });
    }
    takeLine(rest + decoder.decode());
  } finally {
    file.close();
  }
}

/** A whole number as the lists write them, or undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}
