// face-api on TensorFlow.js's WebAssembly; `detectSingleFace` is its own way to one face.
import * as faceapi from '@vladmandic/face-api';

export async function open({ net, options }) {
  faceapi.tf.setWasmPaths('/wasm/');
  await faceapi.tf.setBackend('wasm');
  await faceapi.tf.ready();
  const nets = [faceapi.nets[net], faceapi.nets.faceLandmark68Net, faceapi.nets.faceRecognitionNet];
  await Promise.all(nets.map((each) => each.loadFromUri('/models/')));
  const kinds = {
    tinyFaceDetector: faceapi.TinyFaceDetectorOptions,
    ssdMobilenetv1: faceapi.SsdMobilenetv1Options,
  };
  const detection = new kinds[net](options);
  return {
    thresholds: { own: -0.6 }, // as its FaceMatcher has it
    async vectorOf(blob) {
      const image = await faceapi.bufferToImage(blob);
      const found = await faceapi.detectSingleFace(image, detection).withFaceLandmarks().withFaceDescriptor();
      return found?.descriptor;
    },
    isSame: (a, b) => faceapi.euclideanDistance(a, b) < 0.6,
  };
}
