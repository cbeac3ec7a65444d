import { fitToTemplate } from '../template.js';
import type { Identity } from './identity.js';
import type { Point } from './raster.js';
import type { Situation } from './situation.js';

/** Side lengths and depths of the skull, in template pixels. */
const DEPTH = 46;

/** The head as a stack of ellipses, turned by the pose and seen through the alignment's similarity transform. */
export interface Head {
  /** The picture's point of (x, y) on the front surface, raised from it by `lift`. */
  place(x: number, y: number, lift?: number): Point;
  /** The picture's point of (x, y, z) in the head's own space. */
  placeInSpace(x: number, y: number, z: number): Point;
  /** Half the width of the skull at height `y`. */
  halfWidth(y: number): number;
  /** The visible rim at height y on `side` (-1 or 1), `out` pixels outside of the skin. */
  rim(side: number, y: number, out?: number): Point;
  /** Where a picture's point lies on the head: x in -1..1 from rim to rim, y in template pixels. One reused pair. */
  locate(x: number, y: number): Point;
  /** Pixels of the picture per template pixel. */
  scale: number;
  /** The light that falls on a surface which faces (x, y, z), as a factor around 1. */
  lit(x: number, y: number, z: number): number;
}

export function createHead(person: Identity, { pose, misalignment, light, expression }: Situation, size: number): Head {
  const [cosYaw, sinYaw] = [Math.cos(pose.yaw), Math.sin(pose.yaw)];
  const [cosPitch, sinPitch] = [Math.cos(pose.pitch), Math.sin(pose.pitch)];
  const halfWidth = widthProfile(person);

  const centreZ = (y: number) => (y <= 0 ? 0 : (12 * y) / person.head.chinY);
  const depth = (y: number) =>
    y <= -18
      ? DEPTH * Math.sqrt(Math.max(0.05, 1 - ((y + 18) / 62) ** 2))
      : DEPTH - Math.max(0, (16 * y) / person.head.chinY);

  function surface(x: number, y: number): number {
    const across = Math.min(1, Math.abs(x) / Math.max(1, halfWidth(y)));
    // Flatter in front than an ellipse.
    return centreZ(y) + depth(y) * Math.sqrt(1 - across ** 2.4);
  }
  function turned(x: number, y: number, z: number): Point {
    const side = x * cosYaw + z * sinYaw;
    const front = z * cosYaw - x * sinYaw;
    const nearer = 1 + (front - 40) / 700;
    return [side * nearer, (y * cosPitch + (front - 30) * sinPitch) * nearer];
  }
  const smile = expression.smile;
  const mouthX = person.mouth.width * (1 + 0.12 * smile - 0.08 * expression.open);
  const mouthY = person.mouth.y - 2.2 * smile + expression.open;
  const eyes = person.eyes;
  const camera = alignment(
    [
      turned(-eyes.x, eyes.y, surface(eyes.x, eyes.y)),
      turned(eyes.x, eyes.y, surface(eyes.x, eyes.y)),
      turned(0, person.nose.y, surface(0, person.nose.y) + person.nose.length),
      turned(-mouthX, mouthY, surface(mouthX, mouthY)),
      turned(mouthX, mouthY, surface(mouthX, mouthY)),
    ],
    pose.roll,
    misalignment,
    size,
  );
  const project = (x: number, y: number, z: number): Point => camera.apply(turned(x, y, z));
  function rim(side: number, y: number, out = 0): Point {
    // The outermost point of the turned ellipse (w cos t, d sin t) is where its tangent looks at the camera.
    const width = halfWidth(y) + out;
    const deep = Math.min(depth(y) + out, 1.3 * width); // at crown and chin the ellipse shrinks to a point
    const angle = Math.atan2(side * deep * sinYaw, width * cosYaw);
    return project(side * width * Math.cos(angle), y, centreZ(y) + deep * Math.sin(angle));
  }

  const rows = rimTable(rim, person.head.crownY, person.head.chinY);
  return {
    place: (x, y, lift = 0) => project(x, y, surface(x, y) + lift),
    placeInSpace: project,
    halfWidth,
    rim,
    locate: rows,
    scale: camera.scale,
    lit(x, y, z) {
      const [lightX, lightY, lightZ] = light.direction;
      const facing = Math.max(0, x * lightX + y * lightY + z * lightZ);
      return light.ambient + (1.14 - light.ambient) * facing;
    },
  };
}

/** Half the width of the head by height: a dome, nearly straight temples, and a jaw between round and square. */
function widthProfile({ head }: Identity): (y: number) => number {
  const { crownY, chinY, forehead, temple, cheek, jaw, chin } = head;
  const domeEnd = crownY + 30;
  const first = Math.floor(crownY) - 1;
  const table = Float32Array.from({ length: Math.ceil(chinY) - first + 2 }, (_, i) => {
    const y = Math.min(chinY, Math.max(crownY, first + i));
    if (y < domeEnd) return forehead * (1 - ((domeEnd - y) / 30) ** 2.2) ** 0.5;
    if (y < -20) return forehead + (temple - forehead) * smooth((y - domeEnd) / (-20 - domeEnd));
    if (y < 0) return temple + (cheek - temple) * smooth((y + 20) / 20);
    return cheek * (1 - (y / chinY) ** jaw) ** chin;
  });
  return (y) => {
    const at = Math.min(table.length - 1.001, Math.max(0, y - first));
    const low = Math.floor(at);
    const from = table[low] as number;
    return from + ((table[low + 1] as number) - from) * (at - low);
  };
}

/** From 0 to 1 with level ends. */
function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}

/** Finds x between the rims and y on the head for a point of the picture, by a table of the rims' rows. */
function rimTable(rim: Head['rim'], crownY: number, chinY: number): (x: number, y: number) => Point {
  const count = 64;
  const left = new Float32Array(count + 1);
  const right = new Float32Array(count + 1);
  const top = (rim(-1, crownY)[1] + rim(1, crownY)[1]) / 2;
  const bottom = (rim(-1, chinY)[1] + rim(1, chinY)[1]) / 2;
  for (let i = 0; i <= count; i++) {
    const y = crownY + ((chinY - crownY) * i) / count;
    left[i] = rim(-1, y)[0];
    right[i] = rim(1, y)[0];
  }
  const found: [number, number] = [0, 0];
  return (x, y) => {
    const at = Math.min(count - 0.001, Math.max(0, ((y - top) / (bottom - top)) * count));
    const row = Math.floor(at);
    const share = at - row;
    const from = (left[row] as number) * (1 - share) + (left[row + 1] as number) * share;
    const to = (right[row] as number) * (1 - share) + (right[row + 1] as number) * share;
    found[0] = (2 * (x - from)) / Math.max(1, to - from) - 1;
    found[1] = crownY + ((chinY - crownY) * at) / count;
    return found;
  };
}

interface Camera {
  apply(point: Point): Point;
  scale: number;
}

/** The least-squares similarity from five landmarks to the template (Umeyama 1991), then what a detector does wrong. */
function alignment(from: Point[], roll: number, slip: Situation['misalignment'], size: number): Camera {
  const {
    along,
    across,
    spread,
    from: [fromX, fromY],
    to: [toX, toY],
  } = fitToTemplate(from);
  const zoom = (size / 112) * slip.scale;
  const angle = Math.atan2(across, along) + roll;
  const scale = (Math.hypot(along, across) / spread) * zoom;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const [centreX, centreY] = [((toX + slip.x) * size) / 112, ((toY + slip.y) * size) / 112];
  return {
    scale,
    apply: ([x, y]) => [
      cos * (x - fromX) - sin * (y - fromY) + centreX,
      sin * (x - fromX) + cos * (y - fromY) + centreY,
    ],
  };
}
