import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './finding.js';

const remedy =
  'Set it to a folder with faces/ and golden/ to train and test on real faces. Without it, generated faces are used.';

export const data: Check = async () => {
  const folder = process.env.POCKETNET_DATA;
  const name = 'POCKETNET_DATA';
  if (!folder) return [{ name, state: 'optional', text: 'not set', remedy }];
  const absent = ['faces', 'golden'].filter((part) => !existsSync(join(folder, part)));
  if (absent.length === 0) return [{ name, state: 'ok', text: folder }];
  return [{ name, state: 'missing', text: `${folder} holds no ${absent.join(' and no ')}`, remedy }];
};
