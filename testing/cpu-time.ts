/**
 * Milliseconds that this process and its threads have computed so far. Bounds of time are of these: what else the machine does meanwhile
 * makes a test wait, not compute.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
