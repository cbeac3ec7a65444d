import { BACK, type DepthGrid, type HeadPoint, meanHead } from './mean-head.js';
import { type Pose, projectHead } from './project.js';
import { Canvas, type Corner } from './rasterise.js';

/** A turn of the head in a crop, and what stands where no part of the head does. */
export interface Turn extends Pose {
  /** How much of the crop's width, at the edge of either side, is stretched over what the head leaves free; 0 repeats the outermost column. */
  readonly border: number;
}

/** For each pixel of the turned crop, row by row, where (x, y) it comes from in the unturned one, in pixels inside of it. */
export type TurnTable = Float32Array;

/** Side of the template that the mean head is given in. */
const TEMPLATE = 112;

const tables = new Map<string, TurnTable>();

/**
 * The table of a turn for crops of a size, made when it is first asked for (some milliseconds) and kept (8 bytes a pixel): ask for few
 * different turns.
 */
export function turnTable(turn: Turn, width: number, height: number): TurnTable {
  const key = [turn.yaw, turn.pitch, turn.border, width, height].join();
  const known = tables.get(key);
  if (known !== undefined) return known;
  const made = makeTable(turn, width, height);
  tables.set(key, made);
  return made;
}

function makeTable(turn: Turn, width: number, height: number): TurnTable {
  const canvas = new Canvas(width, height);
  drawHead(canvas, meanHead(), turn);
  for (let y = 0; y < height; y++) fillRow(canvas.values.subarray(2 * y * width, 2 * (y + 1) * width), y, turn.border);
  keepInside(canvas);
  return canvas.values;
}

/** Two triangles for each square of the grid; none where the head is cut off. */
function drawHead(canvas: Canvas, { side, first, step, depths }: DepthGrid, pose: Pose): void {
  const project = projectHead(pose);
  const corners = Array.from(depths, (depth, i): Corner | undefined => {
    if (depth <= BACK) return undefined;
    const point: HeadPoint = [first + step * (i % side), first + step * Math.floor(i / side), depth];
    const [x, y, near] = project(point);
    const [u, v] = [toPixel(point[0], canvas.width), toPixel(point[1], canvas.height)];
    return { x: toPixel(x, canvas.width), y: toPixel(y, canvas.height), depth: near, u, v };
  });
  const draw = (...numbers: [number, number, number]): void => {
    const [a, b, c] = numbers.map((number) => corners[number]);
    if (a && b && c) canvas.draw(a, b, c);
  };
  for (let row = 0; row < side - 1; row++) {
    for (let i = row * side; i < (row + 1) * side - 1; i++) {
      draw(i, i + 1, i + side);
      draw(i + 1, i + side + 1, i + side);
    }
  }
}

/** From the template to the pixels of a crop that was resized: the centre of the first pixel is 0 in both. */
const toPixel = (coordinate: number, size: number): number => ((coordinate + 0.5) * size) / TEMPLATE - 0.5;

/** Fills one row beside the head from the picture's own outer columns of that side; where there is no head, the row stays as it was. */
function fillRow(row: Float32Array, y: number, border: number): void {
  const width = row.length / 2;
  const drawn = (x: number): boolean => !Number.isNaN(row[2 * x]);
  const put = (x: number, from: number): void => row.set([from, y], 2 * x);
  let [first, last] = [0, width - 1];
  while (first < width && !drawn(first)) first++;
  if (first === width) {
    for (let x = 0; x < width; x++) put(x, x);
    return;
  }
  while (!drawn(last)) last--;
  const free = { left: first, right: width - 1 - last };
  const stretch = (gap: number): number => Math.min(1, (border * width) / gap);
  for (let x = 0; x < first; x++) put(x, x * stretch(free.left));
  for (let x = last + 1; x < width; x++) put(x, width - 1 - (width - 1 - x) * stretch(free.right));
  for (let x = first + 1; x < last; x++) if (!drawn(x)) row.copyWithin(2 * x, 2 * (x - 1), 2 * x); // a gap within the head
}

/** What the head shows of places beyond the picture is the picture's edge. */
function keepInside({ values, width, height }: Canvas): void {
  for (let i = 0; i < values.length; i += 2) {
    values[i] = Math.min(width - 1, Math.max(0, values[i] as number));
    values[i + 1] = Math.min(height - 1, Math.max(0, values[i + 1] as number));
  }
}
