import { atMost, type Measure } from '../measure.js';
import { type Pose, poseOf } from '../pose.js';

/** How far the head is turned from the camera: rolling does no harm, since alignment undoes it. */
export const pose: Measure = {
  name: 'pose',
  what: 'degrees that the head is turned or nodded away from the camera, whichever is more',
  judge({ face }) {
    const found = poseOf(face.points);
    const value = Math.max(Math.abs(found.yaw), Math.abs(found.pitch));
    const verdict = atMost(value, 25, 45);
    const sentence =
      verdict === 'good'
        ? 'Looks at the camera.'
        : `Turned ${verdict === 'bad' ? 'too far' : 'a little'} ${directionOf(found)}: look at the camera.`;
    return { value, verdict, sentence };
  },
};

function directionOf({ yaw, pitch }: Pose): string {
  if (Math.abs(yaw) >= Math.abs(pitch)) return yaw > 0 ? 'to the right of the picture' : 'to the left of the picture';
  return pitch > 0 ? 'down' : 'up';
}
