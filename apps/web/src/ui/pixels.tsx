import type { RgbImage } from 'pocketnet';
import { useEffect, useRef } from 'preact/hooks';
import { imageDataOf } from '../network/crop-file.js';

/** Pixels as a picture. */
export function Pixels({ image, label }: { image: RgbImage; label: string }) {
  const element = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    element.current?.getContext('2d')?.putImageData(imageDataOf(image), 0, 0);
  }, [image]);
  return <canvas ref={element} width={image.width} height={image.height} role="img" aria-label={label} />;
}
