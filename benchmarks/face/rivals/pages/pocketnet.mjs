// pocketnet as a page has it: what a bundler makes of `import … from 'pocketnet'`, the models fetched beside it.
import { openPocketNet } from 'pocketnet';

export async function open() {
  const bytes = (path) => fetch(path).then((answer) => answer.arrayBuffer());
  const net = await openPocketNet({ detector: bytes('/models/yunet.pnet'), embedder: bytes('/models/embedder.pnet') });
  return {
    thresholds: net.thresholds(),
    async vectorOf(blob) {
      const [face] = await net.detect(blob);
      return face && (await net.embed(net.align(blob, face))).vector;
    },
    isSame: (a, b) => net.compare(net.template(a), net.template(b)).verdict === 'same',
  };
}
