import { externalFiles } from '@pocketnet/onnx';
import { z } from 'zod';
import { kindOfFile } from '../../embedders/kind.js';
import { openEmbedder } from '../../embedders/open.js';
import { pixelsOfFile, usualPixels } from '../../embedders/pixels.js';
import { defineTeacher } from './teacher-kind.js';

/** Any model in ONNX that takes a crop and gives an embedding. */
export const onnxTeacher = defineTeacher({
  name: 'ONNX (.onnx)',
  options: {
    mean: z
      .preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.number()))
      .exactOptional()
      .describe('What an ONNX teacher wants subtracted from the pixels, 0 to 255, where its graph does not tell.'),
    scale: z.number().exactOptional().describe('What it wants the rest multiplied by.'),
  },
  matches: (path) => kindOfFile(path) === 'onnx',
  open: (path, { mean, scale }) => openEmbedder(path, { ...(mean && { mean }), ...(scale !== undefined && { scale }) }),
  async beside(path, { mean, scale }) {
    try {
      const files = await externalFiles(path);
      const pixels = await pixelsOfFile(path, { ...(mean && { mean }), ...(scale !== undefined && { scale }) });
      return { files, options: pixels === usualPixels ? [] : [JSON.stringify(pixels)] };
    } catch {
      return { files: [], options: [] }; // no model: whoever opens it says why
    }
  },
});
