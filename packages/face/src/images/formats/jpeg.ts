import { bigEndian, holds, type PictureFormat, sized } from './picture-format.js';

const [START_OF_SCAN, END] = [0xda, 0xd9];
/** SOF0 … SOF15, without DHT, JPG and DAC, which lie among them. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** JPEG (ITU-T T.81, annex B): segments of a marker and a length, then a scan. */
export const jpeg: PictureFormat = {
  name: 'JPEG',
  matches: (bytes) => holds(bytes, 0, '\xff\xd8\xff'),
  size(bytes) {
    for (const { marker, at } of segments(bytes))
      if (isFrame(marker)) return sized(bigEndian(bytes, at + 5, 2), bigEndian(bytes, at + 3, 2));
    return undefined;
  },
  isCut(bytes) {
    const scan = segments(bytes).find(({ marker }) => marker === START_OF_SCAN);
    if (!scan) return true;
    for (let i = scan.at; i + 1 < bytes.length; i++) if (bytes[i] === 0xff && bytes[i + 1] === END) return false;
    return true;
  },
};

/** The segments up to the first scan, each with the offset of its length. */
function segments(bytes: Uint8Array): { marker: number; at: number }[] {
  const found: { marker: number; at: number }[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] as number; // inside by the loop's bound
    if (marker === 0xff) {
      at++; // fill
      continue;
    }
    found.push({ marker, at: at + 2 });
    if (marker === START_OF_SCAN) break;
    at += 2 + bigEndian(bytes, at + 2, 2);
  }
  return found;
}
