import { channelsOf, type Image, type RgbImage } from '../align/image.js';
import type { MatchVerdict } from '../compare/index.js';
import { loadSharp } from '../node/sharp.js';
import { type Drawn, facesAsSvg } from './draw-faces.js';

/** One of two photos: all of its faces, and the crop that was embedded. */
export interface Side {
  readonly photo: Image;
  readonly faces: readonly Drawn[];
  readonly crop: RgbImage;
}

const PHOTO_HEIGHT = 400;
const CROP = 168;
const GAP = 16;
const COLOURS: Record<MatchVerdict, string> = { same: '#00a060', unsure: '#d09000', different: '#d03030' };

/**
 * What a network saw of two photos, as a picture: both with their faces, the chosen one boldly, below them the crops that were compared, and
 * between these a line: whole and green for the same person, broken and red for different ones, dotted and amber for unsure.
 *
 * @param format of the picture, as `sharp` calls it: `jpeg`, `png`, `webp` …
 */
export async function drawComparison(
  sides: readonly [Side, Side],
  verdict: MatchVerdict,
  format = 'jpeg',
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const widths = sides.map(({ photo }) => Math.max(CROP, Math.round((PHOTO_HEIGHT * photo.width) / photo.height)));
  const starts = [GAP, GAP + (widths[0] ?? 0) + GAP];
  const width = (starts[1] ?? 0) + (widths[1] ?? 0) + GAP;
  const height = GAP + PHOTO_HEIGHT + GAP + CROP + GAP;
  const layers = await Promise.all(
    sides.map(async ({ photo, faces, crop }, i) => {
      const [left, wide] = [starts[i] ?? 0, widths[i] ?? 0];
      const scaled = await rawOf(sharp, photo)
        .resize(wide, PHOTO_HEIGHT, { fit: 'fill' })
        .composite([{ input: Buffer.from(facesAsSvg(photo, faces, wide, PHOTO_HEIGHT)) }])
        .png()
        .toBuffer();
      const face = await rawOf(sharp, crop).resize(CROP, CROP, { kernel: 'cubic' }).png().toBuffer();
      return [
        { input: scaled, left, top: GAP },
        { input: face, left: left + Math.round((wide - CROP) / 2), top: GAP + PHOTO_HEIGHT + GAP },
      ];
    }),
  );
  const line = { input: Buffer.from(lineAsSvg(width, height, starts, widths, verdict)), left: 0, top: 0 };
  const picture = sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...layers.flat(), line])
    .toFormat(format as 'jpeg');
  return new Uint8Array(await picture.toBuffer());
}

const rawOf = (sharp: Awaited<ReturnType<typeof loadSharp>>, image: Image) =>
  sharp(image.data, { raw: { width: image.width, height: image.height, channels: channelsOf(image) } }).removeAlpha();

const DASHES: Record<MatchVerdict, string> = { same: '', unsure: '2 10', different: '18 14' };

function lineAsSvg(width: number, height: number, starts: number[], widths: number[], verdict: MatchVerdict): string {
  const y = GAP + PHOTO_HEIGHT + GAP + CROP / 2;
  const [from, to] = starts.map((start, i) => start + (widths[i] ?? 0) / 2 + (i === 0 ? 1 : -1) * (CROP / 2 + 6));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><line x1="${from}" y1="${y}" x2="${to}" y2="${y}" ` +
    `stroke="${COLOURS[verdict]}" stroke-width="7" stroke-linecap="round" stroke-dasharray="${DASHES[verdict]}"/></svg>`
  );
}
