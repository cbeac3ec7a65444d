import { closeSync, openSync, readSync } from 'node:fs';
import { isPlan } from '@pocketnet/engine';
import { tensorFormatOf } from '@pocketnet/torch/io';

/** What a file holds that gives embeddings. */
export type FileKind = 'onnx' | 'plan' | 'weights' | 'npy';

/**
 * What a file is by its content, since people call weights `.pth`, `.ckpt`, `.bin` and `.pth.tar`; its name speaks only where the content
 * says nothing. Undefined where it is none of them, or cannot be read.
 */
export function kindOfFile(path: string): FileKind | undefined {
  const head = firstBytes(path);
  if (head && tensorFormatOf(head)) return 'weights';
  if (head && isPlan(head)) return 'plan';
  if (head && Buffer.from(head).toString('latin1', 0, 6) === '\x93NUMPY') return 'npy';
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

function firstBytes(path: string): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined; // whoever opens it says why
  }
  try {
    const head = new Uint8Array(16);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } catch {
    return undefined; // a folder
  } finally {
    closeSync(file);
  }
}
