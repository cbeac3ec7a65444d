import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FaceSource,
  holdOut,
  joinLocations,
  openSource,
  sources,
  subset,
  writeFaces,
  writeRecords,
} from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { cifar10Batch, jpegShells, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const COUNTS = [3, 1, 5, 2];
const LABELS = COUNTS.flatMap((count, label) => new Array<number>(count).fill(label));

writeImageFolder(join(folder, 'photos'), COUNTS);
writeFaces(
  join(folder, 'packed'),
  jpegShells(LABELS.length).map((image, i) => ({ identity: LABELS[i] ?? 0, image })),
);

mkdirSync(join(folder, 'cifar-10'));
writeFileSync(join(folder, 'cifar-10', 'data_batch_1.bin'), cifar10Batch([...Array(20).keys()].map((i) => i % 10)));

/** A location of each registered kind: 11 images of 4 people where the kind lets us choose. */
const LOCATIONS: Record<string, string> = {
  recordio: join(folder, 'packed'),
  'image-folder': join(folder, 'photos'),
  generated: 'generated:identities=4,images=3,seed=1,size=112',
  cifar10: join(folder, 'cifar-10'),
  joined: joinLocations({ labelled: [join(folder, 'packed'), join(folder, 'photos')], unlabelled: [] }),
};

const labelsOf = (source: FaceSource) => Array.from({ length: source.length }, (_, i) => source.label(i));
const imagesOf = (source: FaceSource) =>
  Array.from({ length: source.length }, (_, i) => Buffer.from(source.read(i)).toString('hex'));

describe.each(sources.names)('the source kind %s', (name) => {
  const location = LOCATIONS[name] ?? '';
  const kind = sources.get(name);

  it('opens its location, which no other kind takes for its own first', () => {
    expect(location, 'add a location for this kind above').not.toBe('');
    expect([...sources].find((each) => each.matches(location))).toBe(kind);
    expect(kind?.locations).toMatch(/^\S/);
  });

  it('has labels in [0, identities), each of them used, and images', () => {
    const source = openSource(location);
    expect(new Set(labelsOf(source))).toEqual(new Set(Array.from({ length: source.identities }, (_, label) => label)));
    expect(source.read(0).length).toBeGreaterThan(0);
    expect(source.name).not.toBe('');
    source.close();
  });

  it('gives the same faces when its location is opened again, as a worker thread does', () => {
    const [one, two] = [openSource(location), openSource(location)];
    expect(labelsOf(two)).toEqual(labelsOf(one));
    expect(imagesOf(two)).toEqual(imagesOf(one));
    one.close();
    two.close();
  });

  it('refuses an image that it does not have', () => {
    const source = openSource(location);
    for (const index of [-1, source.length, 0.5, Number.NaN]) {
      expect(() => source.read(index)).toThrow(RangeError);
      expect(() => source.label(index)).toThrow(RangeError);
    }
    source.close();
  });

  it('can be parted into people to train on and people held out', () => {
    const whole = openSource(location);
    const parts = holdOut(location, 0.5, 7);
    const [train, heldOut] = [openSource(parts.train), openSource(parts.heldOut)];
    expect(train.identities + heldOut.identities).toBe(whole.identities);
    expect([...imagesOf(train), ...imagesOf(heldOut)].sort()).toEqual(imagesOf(whole).sort());
    for (const source of [whole, train, heldOut]) source.close();
  });
});

describe('openSource', () => {
  const photos = join(folder, 'photos');

  it('labels the folders of people by the order of their names', () => {
    expect(labelsOf(openSource(photos))).toEqual(LABELS);
  });

  it('keeps the identities and the numbers of images that the location asks for', () => {
    const labels = (query: string) => labelsOf(openSource(`${photos}?${query}`));
    expect(labels('identities=0,2-3')).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
    expect(labels('minImages=3')).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    expect(labels('maxImages=2&minImages=2')).toEqual([0, 0, 1, 1, 2, 2]);
    expect(imagesOf(openSource(`${photos}?identities=2`))).toEqual(imagesOf(openSource(photos)).slice(4, 9));
  });

  it('draws another part with another seed and the same part with the same', () => {
    const drawn = (seed: number) => imagesOf(openSource(`${photos}?identities=2&maxImages=2&seed=${seed}`)).join();
    expect(drawn(3)).toBe(drawn(3));
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map(drawn)).size).toBeGreaterThan(3);
  });

  it('says what is wrong with a location', () => {
    const complaints: [string, RegExp][] = [
      [join(folder, 'nothing'), /nothing: does not exist\. Check the path/],
      ['nothing:known', /holds no faces that can be read\. Name .*a RecordIO file .*, or a folder/],
      [join(folder, 'gone.rec'), /gone\.rec: does not exist/],
      [`${photos}?people=3`, /unknown selection, "people"\. .*takes only, without, identities/],
      [`${photos}?minImages=0`, /minImages=0, which is no whole number from 1/],
      [`${photos}?identities=9-3`, /identities=9-3, which is no list of labels/],
      [`${photos}?holdOut=1`, /holdOut=1, which is no fraction/],
      [`${photos}?seed=`, /seed=, which is no whole number/],
      [
        `${joinLocations({ labelled: [photos], unlabelled: [photos] })}?holdOut=0.5`,
        /faces without a label .*Select within the parts/,
      ],
      [`${photos}?minImages=6`, /no faces that fit the selection/],
    ];
    for (const [location, message] of complaints) expect(() => openSource(location), location).toThrow(message);
    mkdirSync(join(folder, 'empty'));
    expect(() => openSource(join(folder, 'empty'))).toThrow(/no pictures in identity folders/);
  });

  it('reads a file of im2rec, without record 0, as images with the labels in their headers', () => {
    const path = join(folder, 'im2rec.rec');
    const images = jpegShells(4);
    writeRecords(path, (writer) => {
      for (const [key, image] of images.entries()) writer.write(key * 10, { label: key % 2 ? [1, 0.5] : 0 }, image);
    });
    const source = openSource(path);
    expect(labelsOf(source)).toEqual([0, 1, 0, 1]);
    expect([0, 1, 2, 3].map((i) => source.read(i))).toEqual(images);
  });

  it('takes a set without identity records, all of label 0, as unlabelled', () => {
    const path = join(folder, 'unlabelled.rec');
    writeRecords(path, (writer) => {
      writer.write(0, { label: [4, 4] }, new Uint8Array());
      for (const [i, image] of jpegShells(3).entries()) writer.write(i + 1, { label: 0 }, image);
    });
    const source = openSource(path);
    expect([source.length, source.identities]).toEqual([3, 0]);
  });

  it('takes a file with a question mark in its name as it is', () => {
    const path = join(folder, 'who?.rec');
    writeFaces(path, [{ identity: 0, image: Uint8Array.of(1) }]);
    expect(openSource(path).length).toBe(1);
  });

  it('passes over what is no picture', () => {
    writeFileSync(join(folder, 'photos', 'person00', '.DS_Store'), 'x');
    writeFileSync(join(folder, 'photos', 'person00', 'notes.txt'), 'x');
    expect(openSource(photos).length).toBe(LABELS.length);
  });
});

describe('subset', () => {
  it('closes the source when it is closed', () => {
    const part = subset(openSource(join(folder, 'packed')), { maxImages: 1 });
    expect(part.length).toBe(4);
    part.close();
    expect(() => part.read(0)).toThrow(/has been closed/);
  });
});
