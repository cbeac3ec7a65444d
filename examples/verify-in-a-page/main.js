import { load as loadNetwork } from '@pocketnet/models/pocketnet-s-128';
import { load as loadDetector } from '@pocketnet/models/yunet';
import { openPocketNet } from 'pocketnet';

const opening = openPocketNet({
  detector: loadDetector(),
  embedder: loadNetwork(),
  worker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
});

const inputs = ['first', 'second'].map((id) => document.getElementById(id));
const verdict = document.getElementById('verdict');

opening.then(
  () => {
    verdict.textContent = 'Choose two photos.';
  },
  (error) => {
    verdict.textContent = error.message;
  },
);

async function templateOf(file) {
  const pocketnet = await opening;
  const [face] = await pocketnet.detect(file);
  if (!face) throw new Error(`${file.name}: no face was found.`);
  return pocketnet.embed(pocketnet.align(file, face));
}

async function compare() {
  const files = inputs.map(({ files: [file] }) => file);
  if (!files.every(Boolean)) return;
  verdict.textContent = 'Looking …';
  try {
    const [a, b] = await Promise.all(files.map(templateOf));
    verdict.textContent = (await opening).compare(a, b).sentence;
  } catch (error) {
    verdict.textContent = error.message;
  }
}

for (const input of inputs) input.addEventListener('change', compare);
