/** A point to be named, in pixels. */
export interface LabelPoint {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly bold?: boolean;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 13;

/**
 * A place for each label, in the order given: beside its point, above, below, and then in growing circles, the first place that
 * hits no point, no other label and no border. A label without any free place is left out (undefined).
 *
 * @returns the left end of each label and the middle of its height, in pixels
 */
export function placeLabels(points: readonly LabelPoint[], frame: Box): ({ x: number; y: number } | undefined)[] {
  const taken: Box[] = points.map(({ x, y, bold }) => square(x, y, bold ? 7 : 4));
  return points.map(({ text, x, y, bold }, own) => {
    const width = text.length * (bold ? 7.6 : 5.9) + 2;
    for (const [dx, dy] of places(width, bold ? 10 : 7)) {
      const box = { left: x + dx, right: x + dx + width, top: y + dy - HEIGHT / 2, bottom: y + dy + HEIGHT / 2 };
      if (!within(box, frame) || taken.some((other, i) => i !== own && overlap(box, other))) continue;
      taken.push(box);
      return { x: box.left, y: y + dy };
    }
    return undefined;
  });
}

/** Offsets of the label's left end, the best first. */
function places(width: number, gap: number): [number, number][] {
  const near: [number, number][] = [
    [gap, 0],
    [-gap - width, 0],
    [-width / 2, -gap - 6],
    [-width / 2, gap + 6],
  ];
  const far = [10, 18, 26].flatMap((r): [number, number][] => [
    [gap, -r],
    [gap, r],
    [-gap - width, -r],
    [-gap - width, r],
    [-width / 2, -r - 8],
    [-width / 2, r + 8],
  ]);
  return [...near, ...far];
}

const square = (x: number, y: number, half: number): Box => ({
  left: x - half,
  right: x + half,
  top: y - half,
  bottom: y + half,
});
const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const within = (a: Box, frame: Box): boolean =>
  a.left >= frame.left && a.right <= frame.right && a.top >= frame.top && a.bottom <= frame.bottom;
