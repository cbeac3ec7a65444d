// Human on TensorFlow.js's WebAssembly, with what comparing faces does not need switched off, and its cache of video frames too.
import { Human } from '@vladmandic/human';

const off = { enabled: false };

export async function open({ filter, detector }) {
  const human = new Human({
    backend: 'wasm',
    wasmPath: '/wasm/',
    modelBasePath: '/models/',
    warmup: 'none',
    cacheSensitivity: 0,
    debug: false,
    filter,
    face: {
      ...{ enabled: true, detector, mesh: { enabled: true }, description: { enabled: true } },
      ...{ iris: off, emotion: off, antispoof: off, liveness: off },
    },
    ...{ body: off, hand: off, object: off, gesture: off, segmentation: off },
  });
  await human.load();
  return {
    // "Similarity above 0.5 can be considered a match" (its documentation of `distance`): that of a Euclidean distance of 10.
    thresholds: { own: -10 },
    async vectorOf(blob) {
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      await image.decode();
      const { face } = await human.detect(image);
      URL.revokeObjectURL(image.src);
      for (const { tensor } of face) human.tf.dispose(tensor);
      return face[0]?.embedding;
    },
    isSame: (a, b) => human.match.similarity(a, b) > 0.5,
  };
}
