// A program of somebody who installed pocketnet: what is exported is there, and the way from photos to a verdict.
import assert from 'node:assert/strict';
import { names } from '@pocketnet/models';
import { load } from '@pocketnet/models/pocketnet-s-128';
import { alignFace } from 'pocketnet/align';
import { Gallery } from 'pocketnet/gallery';
import { openPocketNet } from 'pocketnet/node';
import { openMemoryStore } from 'pocketnet/stores';

assert.equal(typeof alignFace, 'function');
assert.equal(typeof Gallery, 'function');
assert.equal(typeof openMemoryStore, 'function');
assert.ok(names.includes('pocketnet-s-128'));
assert.ok((await load()).length > 500_000);

const pocketnet = await openPocketNet({ engine: 'strict' });
const templates = [];
for (const photo of ['a.jpg', 'b.jpg', 'c.jpg']) {
  const [face] = await pocketnet.detect(photo);
  templates.push(await pocketnet.embed(pocketnet.align(photo, face)));
}
const [a, b, c] = templates;
console.log(pocketnet.compare(a, b).sentence);
assert.ok(pocketnet.compare(a, b).cosine > pocketnet.compare(a, c).cosine);
pocketnet.close();
console.log('ok');
