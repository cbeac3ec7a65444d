import { closedCurve, openCurve } from '../curves.js';
import type { Colour, Point } from '../raster.js';
import { type Part, SIDES, type Sitting } from './part.js';

/** The hair behind the head. */
export const hairBehind: Part = (sitting) => {
  const { canvas, person } = sitting;
  if (person.hair.bald) return;
  const { sideEnd, volume } = person.hair;
  const outline = SIDES.flatMap((side) => {
    const points = outerEdge(sitting, side, sideEnd);
    return side > 0 ? points.reverse() : points;
  });
  const inner = sideEnd > 0 ? 1 : 0.9;
  const low = sideEnd + volume * 0.3;
  const [first, last] = [sitting.head.rim(1, low, -12 * inner), sitting.head.rim(-1, low, -12 * inner)];
  canvas.paint(canvas.mask(closedCurve([...outline, first, last], 3)), strands(sitting, 0.72));
};

/** The hair over the skull: between the hairline and the outer edge. */
export const hairOver: Part = (sitting) => {
  const { canvas, head, person, whim } = sitting;
  const { line, recede, parting, fringe, sideEnd, bald, curl } = person.hair;
  if (bald) return;
  const sideY = Math.min(sideEnd, -16);
  const top = [-1, -0.8, -0.55, -0.3, 0, 0.3, 0.55, 0.8, 1].map((u) => {
    const x = u * 30;
    const temple = recede * Math.exp(-(((Math.abs(x) - 20) / 9) ** 2));
    const swept = fringe > 0 ? 1.5 * whim.normal() : 5 * Math.exp(-(((x - parting) / 7) ** 2));
    const round = 13 * Math.abs(u) ** 2.6;
    return head.place(x, line + round - temple - swept + curl * 0.6 * whim.normal());
  });
  const side = (s: number): Point[] => {
    const x = (y: number) => head.halfWidth(y) * 0.965;
    return [head.place(s * x(-30), Math.max(-30, line + 14)), head.place(s * x(sideY), sideY)];
  };
  const hairline = [...side(-1).reverse(), ...top, ...side(1)];
  const outer = [...outerEdge(sitting, 1, sideY), ...outerEdge(sitting, -1, sideY).reverse()];
  canvas.paint(canvas.softMask([...openCurve(hairline, 4), ...openCurve(outer, 3)], 1), strands(sitting, 1));
  if (sideEnd > 0) for (const s of SIDES) lock(sitting, s);
};

/** Long hair in front of the cheek's rim. */
function lock(sitting: Sitting, side: number): void {
  const { canvas, head, person } = sitting;
  const { sideEnd, volume } = person.hair;
  const heights = [-34, -18, 0, 18, 36, sideEnd].filter((y) => y <= sideEnd);
  const inner = heights.map((y) => head.place(side * head.halfWidth(Math.min(y, 20)) * (y < -20 ? 0.93 : 0.985), y));
  const outer = heights
    .map((y) => head.rim(side, Math.min(y, 26), volume))
    .map(([x, y], i) => {
      const drop = Math.max(0, (heights[i] as number) - 26) * head.scale;
      return [x, y + drop] as Point;
    });
  canvas.paint(canvas.softMask([...openCurve(inner), ...openCurve(outer.reverse())], 1), strands(sitting, 0.86));
}

/** From height `end` up to the crown along one rim, as far out as the hair stands. */
function outerEdge({ head, person, whim }: Sitting, side: number, end: number): Point[] {
  const { volume, curl } = person.hair;
  const { crownY } = person.head;
  const count = 9;
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    const y = crownY + 1 + (end - crownY - 1) * (1 - share) ** 1.3;
    const out = volume * (0.75 + 0.25 * share) + curl * whim.normal() * 0.6;
    const [x, edgeY] = head.rim(side, Math.min(y, 26), out);
    return [x, edgeY + (Math.max(0, y - 26) - volume * Math.max(0, share - 0.45) * 1.7) * head.scale] as Point;
  });
}

/** Hair by strands that run down from the parting; light grazes them in a band. */
function strands({ head, person, canvas }: Sitting, brightness: number): (x: number, y: number) => Colour {
  const [red, green, blue] = person.hair.colour;
  const { parting, curl } = person.hair;
  const [rootX, rootY] = head.place(parting * 0.6, person.head.crownY + 18);
  const fineness = (26 / (1 + curl)) * STRANDS_PER_TURN;
  const wave = curl > 0 ? 2 * STRANDS_PER_TURN : 0;
  const colour: [number, number, number] = [0, 0, 0];
  return (x, y) => {
    const dx = (x - rootX) / canvas.size;
    const dy = (y - rootY) / canvas.size;
    const turn = Math.atan2(dx, dy + 0.35) * fineness + (wave > 0 ? wave * Math.sin(y * 0.55 * curl) : 0);
    const strand = STRANDS[turn & (STRANDS.length - 1)] as number;
    const offBand = (Math.sqrt(dx * dx + dy * dy) - 0.22) / 0.16;
    const sheen = Math.max(0, 1 - offBand * offBand);
    const across = Math.max(-0.95, Math.min(0.95, head.locate(x, y)[0]));
    const light = head.lit(across, -0.3, Math.sqrt(1 - across * across)) * brightness * (0.92 + 0.2 * strand);
    const gloss = 26 * sheen * sheen * (0.6 + 0.4 * strand) * light;
    colour[0] = red * light + gloss;
    colour[1] = green * light + gloss * 0.92;
    colour[2] = blue * light + gloss * 0.85;
    return colour;
  };
}

/** Brightness of strand after strand: three waves of unlike length, -1 to 1. */
const STRANDS_PER_TURN = 32;
const STRANDS = Float32Array.from({ length: 2048 }, (_, i) => {
  const turn = (2 * Math.PI * i) / 2048;
  return Math.sin(turn * 21) * 0.5 + Math.sin(turn * 53 + 1.7) * 0.3 + Math.sin(turn * 119 + 0.4) * 0.2;
});
