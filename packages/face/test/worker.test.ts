import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { alreadyAligned, ImageError, openPocketNet } from 'pocketnet';
import { describe, expect, it, vi } from 'vitest';
import { detector, embedder } from './support/models.js';
import { photoOf } from './support/photos.js';

const script = new URL('../dist/node/worker.js', import.meta.url);
const photo = photoOf(240, 240, [{ identity: 3, x: 60, y: 60, side: 112 }]);

describe('a worker', () => {
  it('gives, strictly, what this thread gives, bit for bit', async () => {
    const here = await openPocketNet({ detector, embedder, engine: 'strict' });
    const there = await openPocketNet({ detector, embedder, engine: 'strict', worker: () => new Worker(script) });
    const [own] = await here.detect(photo);
    const [other] = await there.detect(photo);
    expect(other).toEqual(own);
    if (!own || !other) throw new Error('no face was found');
    const [crop, sent] = [here.align(photo, own), there.align(photo, other)];
    expect(sent.data).toEqual(crop.data);
    const [template, answer] = [await here.embed(crop), await there.embed(sent)];
    expect(answer).toEqual(template);
    expect(there.compare(answer, template)).toEqual(here.compare(answer, template));
    expect(there.model).toBe(here.model);
    here.close();
    there.close();
  });

  it('answers many at once, each its own', async () => {
    const net = await openPocketNet({ detector, embedder, worker: () => new Worker(script) });
    const photos = [0, 1, 2].map((count) =>
      photoOf(
        400,
        150,
        Array.from({ length: count }, (_, i) => ({ identity: 3, x: 20 + 150 * i, y: 20, side: 112 })),
      ),
    );
    expect((await Promise.all(photos.map((each) => net.detect(each)))).map(({ length }) => length)).toEqual([0, 1, 2]);
    net.close();
  });

  it('hands errors on by name, and says why it could not be opened, or is gone', async () => {
    const net = await openPocketNet({ detector, embedder, worker: () => new Worker(script) });
    const error = await net.detect('/no/such.jpg').catch((reason) => reason);
    expect(error).toBeInstanceOf(ImageError);
    expect(error).toMatchObject({ problem: 'unreadable', message: expect.stringMatching(/there is no such file/) });
    const waiting = net.embed(alreadyAligned(photoOf(112, 112, [])));
    net.close();
    await expect(waiting).rejects.toThrow(/closed/);
    const worker = () => new Worker(script);
    await expect(openPocketNet({ detector: embedder, embedder, worker })).rejects.toThrow(/no YuNet/);
    const nowhere = () => new Worker(new URL('./nowhere.js', import.meta.url));
    await expect(openPocketNet({ detector, embedder, worker: nowhere })).rejects.toThrow(
      /The worker has failed.*pocketnet\/worker/,
    );
    await expect(openPocketNet({ detector: () => [], embedder, worker })).rejects.toThrow(/cannot be sent to a worker/);
  });

  it('lets nobody wait for an answer that cannot be read', async () => {
    const line = Object.assign(new EventEmitter(), { postMessage() {}, terminate() {} });
    const opening = openPocketNet({ detector, embedder, worker: () => line });
    await vi.waitFor(() => expect(line.listenerCount('message')).toBe(1));
    line.emit('messageerror', new Error('out of memory'));
    await expect(opening).rejects.toThrow(/An answer of the worker could not be read/);
  });

  it('closes the copies of frames that it could not give away', async () => {
    const closed: string[] = [];
    class Frame {
      clone = () => ({ close: () => closed.push('copy') });
      close = () => closed.push('own');
    }
    vi.stubGlobal('VideoFrame', Frame); // Node has none
    const worker = new Worker(script);
    const net = await openPocketNet({ detector, embedder, worker: () => worker });
    await worker.terminate();
    await expect(net.detect(new Frame() as never)).rejects.toThrow(/it has ended/);
    vi.unstubAllGlobals();
    expect(closed).toEqual(['copy']);
  });
});
