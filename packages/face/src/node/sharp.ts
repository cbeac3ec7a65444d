import { ImageError } from '../images/index.js';

export type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

/** `sharp`, which apps install where they read or write picture files. @throws ImageError where it is not installed */
export async function loadSharp(): Promise<Sharp> {
  loaded ??= import('sharp').then((module) => module.default);
  try {
    return await loaded;
  } catch (cause) {
    loaded = undefined;
    throw new ImageError('unreadable', 'Pictures are decoded by sharp, which is not installed: npm install sharp.', {
      cause,
    });
  }
}
