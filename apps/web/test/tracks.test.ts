import type { AlignedFace, Face, Template } from 'pocketnet';
import type { Identification } from 'pocketnet/gallery';
import { describe, expect, it } from 'vitest';
import { decided, follow, look, nextToLookAt, type Track } from '../src/views/live/tracks.js';

const faceAt = (x: number): Face => ({ box: { x, y: 50, width: 100, height: 100 } }) as unknown as Face; // only its box counts here
const crop = {} as AlignedFace; // never looked into here
const template = {} as Template; // nor is this

/** What the gallery says of one look. */
const says = (decision: Identification['decision'], ...people: readonly string[]): Identification => ({
  ...{ decision, because: '', searched: 3, without: 0 },
  ...(decision === 'match' && people[0] ? { person: people[0] } : {}),
  candidates: people.map((person) => ({ person, name: person.toUpperCase(), template: 't', cosine: 0.4 })),
});

/** A face after these looks at it. */
function after(...looks: readonly Identification[]): Track {
  const [track] = follow([], [{ face: faceAt(0), crop }], 0);
  if (!track) throw new Error('a face is followed');
  for (const [frame, each] of looks.entries()) look(track, template, each, frame);
  return track;
}

describe('A face over several frames', () => {
  it('has a name once three of its last five looks agree, and not before', () => {
    const [ada, nobody] = [says('match', 'ada'), says('unknown')];
    expect(decided(after(ada, ada)).is).toBe('deciding');
    expect(decided(after(ada, nobody, ada)).is).not.toBe('named');
    expect(decided(after(ada, nobody, ada, nobody, ada))).toEqual({ is: 'named', person: 'ada', name: 'ADA' });
    expect(decided(after(ada, ada, ada, nobody, nobody, nobody)).is).toBe('stranger');
  });

  it('is unsure with the three nearest where looks disagree', () => {
    const unsure = says('unsure', 'ada', 'ben', 'cem', 'dan');
    const verdict = decided(after(unsure, says('match', 'ada'), unsure));
    expect(verdict.is === 'unsure' && verdict.candidates.map(({ person }) => person)).toEqual(['ada', 'ben', 'cem']);
  });

  it('is never called what a user said it is not', () => {
    const track = after(...Array.from({ length: 5 }, () => says('match', 'ada', 'ben')));
    track.refused.add('ada');
    const verdict = decided(track);
    expect(verdict.is === 'unsure' && verdict.candidates.map(({ person }) => person)).toEqual(['ben']);
    track.refused.add('ben');
    expect(decided(track).is).toBe('stranger');
  });

  it('is the same while its boxes overlap, and another one after it was gone', () => {
    const begun = follow(
      [],
      [faceAt(0), faceAt(300)].map((face) => ({ face, crop })),
      0,
    );
    const [left, right] = begun.map(({ id }) => id);
    const swapped = follow(
      begun,
      [faceAt(310), faceAt(15)].map((face) => ({ face, crop })),
      1,
    );
    expect(swapped.map(({ id }) => id)).toEqual([right, left]);
    let tracks = follow(swapped, [], 2);
    expect(tracks).toHaveLength(2);
    for (let frame = 3; frame < 20; frame++) tracks = follow(tracks, [], frame);
    expect(tracks).toEqual([]);
  });

  it('waits for its turn: whoever was looked at longest ago is next', () => {
    const tracks = follow(
      [],
      [faceAt(0), faceAt(300)].map((face) => ({ face, crop })),
      0,
    );
    const order = [0, 1, 2, 3].map((frame) => {
      for (const track of tracks) track.seen = frame;
      const track = nextToLookAt(tracks, frame);
      if (track) look(track, template, says('unknown'), frame);
      return track?.id;
    });
    expect(order).toEqual([order[0], order[1], order[0], order[1]]);
    expect(order[0]).not.toBe(order[1]);
  });
});
