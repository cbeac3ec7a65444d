import { isPlan } from '@pocketnet/engine';
import { isNpy, tensorFormatOf } from '@pocketnet/files';
import { readFileHead } from '@pocketnet/files/node';

/** What a file holds that gives embeddings. */
export type FileKind = 'onnx' | 'plan' | 'weights' | 'npy';

/**
 * What a file is by its content, since people call weights `.pth`, `.ckpt`, `.bin` and `.pth.tar`; its name speaks only where the content
 * says nothing. Undefined where it is none of them, or cannot be read.
 */
export function kindOfFile(path: string): FileKind | undefined {
  const head = readFileHead(path, 16);
  if (head && tensorFormatOf(head)) return 'weights';
  if (head && isPlan(head)) return 'plan';
  if (head && isNpy(head)) return 'npy';
  // Protocol buffers have no magic number; every writer of ONNX puts the format's version (field 1, a varint) first.
  const [field, version = 0] = head ?? [];
  if (field === 0x08 && version > 0 && version < 32) return 'onnx';
  return byEnding.find(([ending]) => ending.test(path))?.[1];
}

/** Of a damaged file its reader says what is wrong with it. */
const byEnding: readonly (readonly [RegExp, FileKind])[] = [
  [/\.onnx$/i, 'onnx'],
  [/\.pnet$/i, 'plan'],
  [/\.(safetensors|pth|pt)$/i, 'weights'],
  [/\.npy$/i, 'npy'],
];
