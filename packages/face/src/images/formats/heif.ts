import { bigEndian, holds, type PictureFormat, sized } from './picture-format.js';

/** Whether a file of the ISO base media format names a brand in its first box. */
function hasBrand(bytes: Uint8Array, brands: readonly string[]): boolean {
  if (!holds(bytes, 4, 'ftyp')) return false;
  const end = Math.min(bytes.length, bigEndian(bytes, 0, 4), 256);
  for (let at = 8; at + 4 <= end; at += 4)
    if (at !== 12 && brands.some((brand) => holds(bytes, at, brand))) return true;
  return false;
}

const AV1 = ['avif', 'avis'];
const HEVC = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'];

/** AVIF: AV1 in HEIF (ISO/IEC 23008-12); sizes stand in `ispe` boxes, of which the largest is the picture's. */
export const avif: PictureFormat = {
  name: 'AVIF',
  matches: (bytes) => hasBrand(bytes, AV1),
  size(bytes) {
    let [width, height] = [Number.NaN, Number.NaN];
    for (let at = 0; at + 16 <= Math.min(bytes.length, 65_536); at++) {
      if (!holds(bytes, at, 'ispe')) continue;
      const [w, h] = [bigEndian(bytes, at + 8, 4), bigEndian(bytes, at + 12, 4)];
      if (!(w * h <= width * height)) [width, height] = [w, h];
    }
    return sized(width, height);
  },
};

/** HEIC: HEVC in HEIF, as iPhones save it; its codec is patented, and hardly any decoder may be shipped. */
export const heic: PictureFormat = {
  name: 'HEIC',
  matches: (bytes) => !hasBrand(bytes, AV1) && hasBrand(bytes, HEVC),
  refused: 'Save it as JPEG; an iPhone does so under Settings, Camera, Formats, "Most Compatible".',
};
