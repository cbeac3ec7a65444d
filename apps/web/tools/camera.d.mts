/** A video of drawn faces, for Chromium's fake camera: pictures of 640 x 480 as MJPEG, the faces swaying a little. @returns its path */
export function cameraFile(faces: readonly { readonly identity: number; readonly sample: number }[]): Promise<string>;
