// Reads a RecordIO training set: how many faces of how many people, and the first picture.
//
//   node examples/read-recordio.mjs [train.rec]
//
// Without an argument it writes a small set of drawn faces first.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePicture, drawFace, encodeJpegSync, openSource, writeFaces } from '@pocketnet/data';

const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-example-'));
const source = openSource(process.argv[2] ?? drawnSet(join(scratch, 'train.rec')));
console.log(`${source.length} images of ${source.identities} people`);

const { width, height } = await decodePicture(source.read(0));
console.log(`the first is ${width} x ${height}, of person ${source.label(0)}`);
source.close();
rmSync(scratch, { recursive: true });

/** Three invented people, four pictures each. */
function drawnSet(file) {
  const faces = Array.from({ length: 12 }, (_, i) => ({
    identity: Math.floor(i / 4),
    image: () => encodeJpegSync(drawFace(Math.floor(i / 4), i % 4)),
  }));
  writeFaces(file, faces);
  return file;
}
