import type { AlignedFace, Face, PocketNet } from 'pocketnet';

/** A photo as the page shows it. */
export interface Photo {
  readonly name: string;
  /** An address within the page; given back by {@link releasePhoto}. */
  readonly address: string;
  readonly width: number;
  readonly height: number;
  readonly faces: readonly FoundFace[];
}

export interface FoundFace {
  readonly face: Face;
  readonly crop: AlignedFace;
}

/** Finds the faces of a photo. @throws ImageError that says what is wrong with it */
export async function lookAt(net: PocketNet, file: Blob, name: string): Promise<Photo> {
  const faces = await net.detect(file);
  const found = faces.map((face) => ({ face, crop: net.align(file, face) }));
  const address = URL.createObjectURL(file);
  const { width, height } = await sizeOf(address);
  return { name, address, width, height, faces: found };
}

export const releasePhoto = (photo: Photo | undefined): void => {
  if (photo) URL.revokeObjectURL(photo.address);
};

/** The size of a picture as the browser turns it upright, which is how its faces were found. */
async function sizeOf(address: string): Promise<{ width: number; height: number }> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}
