export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A monotone curve's points, thinned to what a drawing can show: of each of `columns` equal strips of the x axis, the
 * first and the last point. Millions of points become some hundreds with the same picture.
 */
export function thin(points: Iterable<Point>, min: number, max: number, columns = 600): Point[] {
  const kept: Point[] = [];
  let column = -1;
  let last: Point | undefined;
  for (const point of points) {
    const own = Math.floor(((point.x - min) / (max - min)) * columns);
    if (own !== column) {
      if (last && last !== kept.at(-1)) kept.push(last);
      kept.push(point);
      column = own;
    }
    last = point;
  }
  if (last && last !== kept.at(-1)) kept.push(last);
  return kept;
}
