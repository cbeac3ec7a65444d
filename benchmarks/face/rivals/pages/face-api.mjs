// face-api on TensorFlow.js's WebAssembly; of the faces of a photo the largest, which serves it better than `detectSingleFace`.
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
      const faces = await faceapi.detectAllFaces(image, detection).withFaceLandmarks().withFaceDescriptors();
      const [largest] = faces.toSorted((a, b) => b.detection.box.area - a.detection.box.area);
      return largest?.descriptor;
    },
    isSame: (a, b) => faceapi.euclideanDistance(a, b) < 0.6,
  };
}
