import { signal } from '@preact/signals';
import { alreadyAligned, type PocketNet } from 'pocketnet';
import { pixelsOf } from '../../network/crop-file.js';
import { whenOpen } from '../../network/network.js';
import { askPeople } from '../../people/people.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { type Decided, decided, follow, look, nextToLookAt, type Track } from './tracks.js';

/** A face as the page shows it. */
export interface Watched {
  readonly track: Track;
  readonly decided: Decided;
}

export interface Pace {
  /** Frames a second. */
  readonly fps: number;
  /** Milliseconds: finding all faces of a frame, and embedding one. */
  readonly detect: number;
  readonly embed: number;
}

export const watched = signal<readonly Watched[]>([]);
export const pace = signal<Pace | undefined>(undefined);
/** Size of the camera's pictures. */
export const size = signal({ width: 640, height: 480 });

/** Weight of the newest frame in what is shown of the pace. */
const NEWEST = 0.1;

/** Looks at a video until `ended` says so: every frame for faces, and at one face of it for who it is. */
export async function watch(video: HTMLVideoElement, ended: () => boolean): Promise<void> {
  const net = await whenOpen();
  await learnWhatWasSaid(net);
  let tracks: Track[] = [];
  const said = new Map<number, string>();
  let arrived = nextFrame(video);
  for (let frame = 0; !ended(); frame++) {
    await arrived;
    arrived = nextFrame(video); // it may come while this one is looked at
    const begun = performance.now();
    const picture = await frameOf(video);
    const faces = await net.detect(picture);
    const found = faces.map((face) => ({ face, crop: net.align(picture, face) }));
    size.value = { width: video.videoWidth, height: video.videoHeight };
    picture.close();
    const detect = performance.now() - begun;
    tracks = follow(tracks, found, frame);
    const turn = nextToLookAt(tracks, frame);
    let embed = pace.peek()?.embed ?? 0;
    if (turn) {
      const from = performance.now();
      const template = await net.embed(turn.crop);
      embed = performance.now() - from;
      look(turn, template, await askPeople((service) => service.look(template, { topK: 4 })), frame);
    }
    if (ended()) break;
    watched.value = tracks.filter(({ seen }) => seen === frame).map((track) => ({ track, decided: decided(track) }));
    sayNames(said);
    keepPace(detect, embed);
  }
  watched.value = [];
}

let lastFrame = 0;

function keepPace(detect: number, embed: number): void {
  const now = performance.now();
  const fresh = { fps: 1000 / Math.max(1, now - lastFrame), detect, embed };
  lastFrame = now;
  const before = pace.peek();
  const mixed = (key: keyof Pace): number =>
    before && before.fps > 0 ? (1 - NEWEST) * before[key] + NEWEST * fresh[key] : fresh[key];
  pace.value = { fps: mixed('fps'), detect: mixed('detect'), embed: mixed('embed') };
}

/** Embeds the faces of which something was said in earlier visits, so that they are known again. */
async function learnWhatWasSaid(net: PocketNet): Promise<void> {
  for (const { id, crop } of await askPeople((service) => service.unlearned())) {
    const template = await net.embed(alreadyAligned(await pixelsOf(crop)));
    await askPeople((service) => service.learn(id, template));
  }
}

/** Says each name once. */
function sayNames(said: Map<number, string>): void {
  for (const id of said.keys()) if (!watched.value.some(({ track }) => track.id === id)) said.delete(id);
  for (const { track, decided } of watched.value)
    if (decided.is === 'named' && said.get(track.id) !== decided.name) {
      said.set(track.id, decided.name);
      announce(text.live.said(decided.name));
    }
}

/** What the camera shows now: the frame itself where browsers give it, else a copy. */
const frameOf = async (video: HTMLVideoElement): Promise<VideoFrame | ImageBitmap> =>
  'VideoFrame' in globalThis ? new VideoFrame(video) : createImageBitmap(video);

/** Resolves with the next picture of the camera. */
const nextFrame = (video: HTMLVideoElement): Promise<void> =>
  new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => resolve());
    else requestAnimationFrame(() => resolve());
  });
