import { openPocketNet, type PocketNet } from 'pocketnet';
import { openPocketNet as openInNode } from 'pocketnet/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detector, embedder } from './support/models.js';
import { photoOf } from './support/photos.js';

// What people get wrong in programs without types: each has a sentence that says what to do.

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe('opening', () => {
  it.each<[string, unknown, RegExp]>([
    ['its path', 'network.pnet', /The embedder is the text "network\.pnet"\. Give the bytes/],
    ['an answer that was not read', new Response('x'), /The embedder is a Response\. Give the bytes.*arrayBuffer/],
    ['nothing', new Uint8Array(), /The embedder is empty, 0 bytes/],
    [
      'the page that a server gives for what it lacks',
      text('\n<!doctype html><p>'),
      /is a web page.*check the address/,
    ],
    ['ONNX', Uint8Array.of(8, 8, 18, 7), /does not begin with "PNET"\. An ONNX model is compiled first/],
    ['the detector', detector, /gives 12 outputs.*Is it the plan of a face network\?/],
  ])('a face network, given %s', async (_, given, sentence) => {
    await expect(openPocketNet({ detector, embedder: given as Uint8Array })).rejects.toThrow(sentence);
  });

  it.each<[object, RegExp]>([
    [{ model: embedder }, /There is no option "model"; there are detector, .*embedder/],
    [{ engine: 'fast' }, /There is no engine "fast"\. Give 'fastest', 'strict'/],
  ])('with %o', async (options, sentence) => {
    await expect(openPocketNet({ detector, embedder, ...options })).rejects.toThrow(sentence);
  });
});

describe('one that is open', () => {
  let net: PocketNet;
  const photo = photoOf(112, 112, []);
  beforeAll(async () => {
    net = await openInNode({ detector, embedder });
  });
  afterAll(() => net.close());

  it('aligns no face of an empty list', async () => {
    const [face] = await net.detect(photo);
    expect(() => net.align(photo, face as never)).toThrow(/Where detect\(\) finds nobody its list is empty/);
  });

  it('compares templates alone: no crops, and no vectors that went through JSON', () => {
    const template = net.template([1, ...new Array(127).fill(0)]);
    const parsed = JSON.parse(JSON.stringify(template));
    for (const other of [photo, parsed, undefined, 'a'])
      for (const pair of [[template, other] as const, [other, template] as const])
        expect(() => net.compare(...(pair as unknown as [never, never]))).toThrow(
          /no template\..*Array\.from\(vector\)/,
        );
    expect(net.compare(net.template(JSON.parse(JSON.stringify(Array.from(template.vector)))), template).cosine).toBe(1);
  });

  it.each([
    ['an address', 'https://example.org/a.jpg', /not followed\. Download it first/],
    [
      'a picture as text',
      `data:image/jpeg;base64,${'A'.repeat(5000)}`,
      /^The picture is a data: address. Give its bytes: .{1,80}$/,
    ],
    ['a text that is no path', 'A'.repeat(5000), /^A{40}… \(5000 characters\): it is too long for a path/],
    ['a file: address of nothing', 'file:///no/such.jpg', /^\/no\/such\.jpg: there is no such file/],
    ['a folder', '.', /it is a folder\. Name a picture in it/],
    ['a file that is not there', 'none.jpg', /there is no such file\. Check the path/],
  ])('reads no %s', async (_, given, sentence) => {
    await expect(net.detect(given)).rejects.toThrow(sentence);
  });

  it('names each kind of picture once where it is given none', async () => {
    const { message } = await net.detect(undefined).catch((error) => error);
    const kinds: string[] = message.match(/Give (.*)\./)[1].split('; ');
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});
