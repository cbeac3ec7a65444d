import { pixelsOf } from './drawable.js';
import { checkEncoded } from './formats/index.js';
import { ImageError } from './image-error.js';
import type { ImageKind } from './image-kind.js';

/** An encoded picture as a `Blob` or `File`, decoded by the browser. */
export const blob: ImageKind = {
  name: 'a Blob or File',
  accepts: (value) => typeof Blob !== 'undefined' && value instanceof Blob,
  async read(value, limits) {
    const file = value as Blob; // accepted
    const name = 'name' in file && typeof file.name === 'string' ? file.name : 'the picture';
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { format } = checkEncoded(bytes, name, limits);
    if (typeof createImageBitmap === 'undefined')
      throw new ImageError('unsupported', `${name}: nothing here decodes pictures. In Node, pocketnet/node does.`);
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
    } catch (cause) {
      const message = `${name}: this browser cannot decode this ${format}. It is damaged, or of a kind that the browser lacks: save it as JPEG.`;
      throw new ImageError('damaged', message, { cause });
    }
    try {
      return pixelsOf(bitmap);
    } finally {
      bitmap.close();
    }
  },
};
