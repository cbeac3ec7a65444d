import type { AlignedFace, Face, Template } from 'pocketnet';
import type { Candidate, Face as Place } from 'pocketnet/gallery';
import { overlap } from '../../network/overlap.js';
import type { Look } from '../../people/service.js';

/** How many of the last looks at a face are asked, and how many of them must agree. */
const LOOKS = 5;
const AGREE = 3;
/** Boxes of one face in two frames overlap by more than this share. */
const SAME = 0.3;
/** Frames that a face may be gone. */
const GONE = 8;

/** What several frames say of a face. */
export type Decided =
  | { readonly is: 'deciding' }
  | { readonly is: 'named'; readonly person: string; readonly name: string }
  | { readonly is: 'unsure'; readonly candidates: readonly Candidate[] }
  | { readonly is: 'stranger' };

/** A face over several frames. */
export interface Track {
  readonly id: number;
  face: Face;
  crop: AlignedFace;
  template: Template | undefined;
  looks: readonly Look[];
  /** Who a user said it is not. */
  readonly refused: Set<string>;
  /** As which face it is known of which a user said something. */
  said: Place | undefined;
  /** Frame of the last look, and when it was last seen. */
  looked: number;
  seen: number;
}

let next = 1;

/** Follows faces from one frame to the next: those whose boxes overlap most are one. */
export function follow(
  tracks: readonly Track[],
  found: readonly { readonly face: Face; readonly crop: AlignedFace }[],
  frame: number,
): Track[] {
  const left = new Set(tracks);
  const seen = found.map(({ face, crop }): Track => {
    let best: Track | undefined;
    let most = SAME;
    for (const track of left) {
      const share = overlap(track.face.box, face.box);
      if (share > most) [best, most] = [track, share];
    }
    if (!best) return begun(face, crop, frame);
    left.delete(best);
    return Object.assign(best, { face, crop, seen: frame });
  });
  return [...seen, ...[...left].filter((track) => frame - track.seen < GONE)];
}

const begun = (face: Face, crop: AlignedFace, frame: number): Track => ({
  ...{ id: next++, face, crop, template: undefined, looks: [], refused: new Set(), said: undefined },
  ...{ looked: -1, seen: frame },
});

/** Whom to look at next: whoever was looked at longest ago. */
export const nextToLookAt = (tracks: readonly Track[], frame: number): Track | undefined =>
  tracks.filter(({ seen }) => seen === frame).sort((a, b) => a.looked - b.looked)[0];

export function look(track: Track, template: Template, found: Look, frame: number): void {
  track.template = template;
  track.said = found.said ?? track.said;
  track.looks = [...track.looks, found].slice(-LOOKS);
  track.looked = frame;
}

/** What the last looks agree on. */
export function decided({ looks, refused }: Track): Decided {
  if (looks.length < AGREE) return { is: 'deciding' };
  const votes = new Map<string, number>();
  for (const { decision, person } of looks)
    if (decision === 'match' && person !== undefined && !refused.has(person))
      votes.set(person, (votes.get(person) ?? 0) + 1);
  for (const [person, count] of votes) {
    const name = looks.flatMap(({ candidates }) => candidates).find((each) => each.person === person)?.name;
    if (count >= AGREE && name !== undefined) return { is: 'named', person, name };
  }
  const unknown = looks.filter(({ decision }) => decision === 'unknown').length;
  if (unknown >= AGREE) return { is: 'stranger' };
  const candidates = (looks.at(-1)?.candidates ?? []).filter(({ person }) => !refused.has(person)).slice(0, 3);
  return candidates.length === 0 ? { is: 'stranger' } : { is: 'unsure', candidates };
}
