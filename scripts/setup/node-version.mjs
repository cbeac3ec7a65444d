const OLDEST = [20, 19];

/** @throws {Error} On a Node older than the packages can run on. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Error(
    `Node ${OLDEST.join('.')} or later is needed; this is ${process.versions.node}. See https://nodejs.org/en/download`,
  );
}
