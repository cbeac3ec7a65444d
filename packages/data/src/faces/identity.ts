import { Random } from '@pocketnet/files';
import type { Colour } from './raster.js';

/**
 * What makes a drawn person: all that stays the same in every picture. Lengths are in pixels of the 112 x 112 template
 * (35 between the eyes), widths are half widths, y runs down from the tip of the nose.
 */
export interface Identity {
  skin: Colour;
  /** `jaw`: how square, from 1.5 to 4; `chin`: how pointed, around 0.6. */
  head: { forehead: number; temple: number; cheek: number; jaw: number; chin: number; chinY: number; crownY: number };
  eyes: {
    x: number;
    y: number;
    width: number;
    open: number;
    tilt: number;
    lid: number;
    iris: Colour;
    irisSize: number;
  };
  brows: { lift: number; length: number; thick: number; arch: number; slope: number; inner: number };
  nose: { width: number; bridge: number; length: number; hook: number; tip: number; y: number };
  mouth: { width: number; y: number; upper: number; lower: number; bow: number; lips: Colour };
  ears: { size: number; out: number };
  hair: {
    colour: Colour;
    volume: number;
    sideEnd: number;
    line: number;
    recede: number;
    parting: number;
    fringe: number;
    curl: number;
    bald: boolean;
  };
  beard: { full: number; moustache: number; goatee: number };
  marks: readonly { x: number; y: number; size: number }[];
  freckles: number;
  age: number;
  glasses: { worn: number; width: number; height: number; round: number; thick: number; colour: Colour };
}

const IDENTITY = 11;

/** The person with this number: the same for the same seed, for ever another for another number. */
export function createIdentity(number: number, seed: number): Identity {
  const random = new Random(seed, IDENTITY, number);
  /** Around `mean`, with a deviation of `spread`, never more than two deviations away. */
  const about = (mean: number, spread: number) => mean + spread * Math.max(-2, Math.min(2, random.normal()));
  const chance = (p: number) => random.next() < p;

  const tone = random.next();
  const skin = skinColour(tone, about(0, 1));
  const broad = about(0, 1.6);
  const feminine = random.next();
  const age = random.next();
  const masculine = feminine < 0.5;
  const bald = masculine && chance(0.15);
  const long = chance(masculine ? 0.12 : 0.75);
  const hairColour = pickHair(random, tone, age);
  const fringe = chance(masculine ? 0.15 : 0.35) ? random.between(5, 15) : 0;
  const bearded = masculine && chance(0.45);
  return {
    skin,
    head: {
      forehead: about(34 + broad, 2.4),
      temple: about(38.5 + broad, 1.6),
      cheek: about(37.5 + broad, 2.6),
      jaw: about(masculine ? 2.5 : 2.05, 0.4),
      chin: about(0.66, 0.08),
      chinY: about(43, 3.2),
      crownY: about(-73, 3),
    },
    eyes: {
      x: about(17.8, 1.5),
      y: about(-20, 1.8),
      width: about(7.6, 0.9),
      open: about(3.5, 0.8),
      tilt: about(0.04, 0.09),
      lid: random.next(),
      iris: pickIris(random, tone),
      irisSize: about(3.6, 0.25),
    },
    brows: {
      lift: about(10, 1.7),
      length: about(10.5, 1.2),
      thick: about(masculine ? 3.3 : 2.3, 0.8),
      arch: about(2.2, 1.1),
      slope: about(-0.05, 0.1),
      inner: about(8, 1.4),
    },
    nose: {
      width: about(8, 1.5),
      bridge: about(3.4, 0.8),
      length: about(13, 2.5),
      hook: about(0, 1.3),
      tip: about(4.4, 0.8),
      y: about(0, 1.4),
    },
    mouth: {
      width: about(14, 1.9),
      y: about(20.6, 1.7),
      upper: about(feminine > 0.5 ? 3.3 : 2.6, 0.9),
      lower: about(4.4, 1.1),
      bow: about(1.1, 0.5),
      lips: lipColour(skin, feminine, random.next()),
    },
    ears: { size: about(11, 1.6), out: about(3.6, 1.4) },
    hair: {
      colour: hairColour,
      volume: bald ? 0 : about(long ? 9 : 6, 2.4),
      sideEnd: long ? random.between(20, 70) : random.between(-24, -4),
      line: Math.min(-34, about(-48, 4) + fringe),
      recede: masculine ? random.between(0, 12) * age : 0,
      parting: random.between(-22, 22),
      fringe,
      curl: chance(0.3) ? random.between(1.5, 4) : 0,
      bald,
    },
    beard: {
      full: bearded && chance(0.55) ? random.between(0.25, 0.85) : 0,
      moustache: bearded && chance(0.6) ? random.between(0.4, 0.9) : 0,
      goatee: bearded && chance(0.35) ? random.between(0.4, 0.85) : 0,
    },
    marks: Array.from({ length: random.int(4) }, () => ({
      x: random.between(-28, 28),
      y: random.between(-40, 34),
      size: random.between(0.7, 1.7),
    })),
    freckles: tone < 0.4 && chance(0.25) ? 20 + random.int(30) : 0,
    age,
    glasses: {
      worn: chance(0.16) ? 0.85 : 0,
      width: about(12.5, 1.4),
      height: about(8.5, 1.6),
      round: random.next(),
      thick: random.between(0.8, 2.2),
      colour: random.pick<Colour>([
        [25, 25, 28],
        [70, 45, 30],
        [120, 110, 100],
        [95, 20, 30],
        [30, 45, 90],
      ]),
    },
  };
}

function skinColour(tone: number, warmth: number): Colour {
  const light: Colour = [244, 208, 184];
  const middle: Colour = [205, 152, 114];
  const dark: Colour = [98, 64, 48];
  const [red, green, blue] =
    tone < 0.55 ? mixed(light, middle, tone / 0.55) : mixed(middle, dark, (tone - 0.55) / 0.45);
  return [red + 3 * warmth, green, blue - 4 * warmth];
}

function lipColour(skin: Colour, feminine: number, paint: number): Colour {
  const natural = mixed(skin, [150, 60, 62], 0.42);
  return feminine > 0.6 && paint > 0.5 ? mixed(natural, [178, 30, 52], 0.6) : natural;
}

function pickHair(random: Random, tone: number, age: number): Colour {
  if (age > 0.85) return mixed([205, 203, 200], [120, 118, 116], random.next());
  const dark: Colour[] = [
    [24, 20, 19],
    [42, 30, 24],
    [58, 40, 28],
  ];
  const light: Colour[] = [...dark, [104, 70, 42], [150, 106, 60], [206, 168, 108], [142, 64, 34]];
  return random.pick(tone > 0.45 ? dark : light);
}

function pickIris(random: Random, tone: number): Colour {
  const brown: Colour[] = [
    [62, 40, 26],
    [84, 54, 32],
    [44, 30, 22],
  ];
  const all: Colour[] = [...brown, [92, 124, 152], [110, 134, 118], [118, 98, 58]];
  return random.pick(tone > 0.45 ? brown : all);
}

/** From `a` at 0 to `b` at 1. */
export function mixed(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
