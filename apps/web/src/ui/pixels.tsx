import type { RgbImage } from 'pocketnet';
import { useEffect, useRef } from 'preact/hooks';

/** Pixels as a picture. */
export function Pixels({ image, label }: { image: RgbImage; label: string }) {
  const element = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height, data } = image;
    const shown = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      shown.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
      shown.data[4 * i + 3] = 255;
    }
    element.current?.getContext('2d')?.putImageData(shown, 0, 0);
  }, [image]);
  return <canvas ref={element} width={image.width} height={image.height} role="img" aria-label={label} />;
}
