import { Random } from '@pocketnet/files';
import { blurred } from '../augment/blur.js';
import type { Picture } from '../picture/picture.js';
import type { Canvas } from './raster.js';
import type { Situation } from './situation.js';

/** What the camera makes of the scene: exposure, white balance, contrast, blur and noise, as bytes. */
export function photograph({ size, data }: Canvas, { camera, grain }: Situation): Picture {
  const { exposure, warmth, contrast, blur, noise, grey } = camera;
  const gains = [exposure * (1 + warmth), exposure, exposure * (1 - warmth)] as const;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = toned(data[i] as number, gains[0]);
    const green = toned(data[i + 1] as number, gains[1]);
    const blue = toned(data[i + 2] as number, gains[2]);
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    bytes[i] = grey ? luma : red;
    bytes[i + 1] = grey ? luma : green;
    bytes[i + 2] = grey ? luma : blue;
  }
  const sharp: Picture = { width: size, height: size, data: bytes };
  const picture = blur > 0 ? blurred(sharp, (blur * size) / 112) : sharp;
  addNoise(picture.data, noise, new Random(grain));
  return picture;

  function toned(value: number, gain: number): number {
    return Math.min(255, Math.max(0, 118 + contrast * (value * gain - 118)));
  }
}

/** Noise with the deviation `strength`: the sum of two uniform numbers is near enough to a normal one, and cheap. */
function addNoise(bytes: Uint8Array, strength: number, random: Random): void {
  const scale = (strength * Math.sqrt(6)) / 0x10000;
  for (let i = 0; i < bytes.length; i++) {
    const word = random.uint32();
    const noise = ((word & 0xffff) + (word >>> 16) - 0xffff) * scale;
    bytes[i] = Math.min(255, Math.max(0, (bytes[i] as number) + noise + 0.5));
  }
}
