import type { PictureFormat } from './picture-format.js';

/** SVG: drawings, no photographs; to render one may load other files. */
export const svg: PictureFormat = {
  name: 'SVG',
  matches(bytes) {
    const start = new TextDecoder().decode(bytes.slice(0, 1024)).trimStart();
    return start.startsWith('<') && /<svg[\s>]/i.test(start);
  },
  refused: 'It is a drawing, not a photograph: render it as PNG first.',
};
