/**
 * Runs one step of the set-up and says in a line what it did and how long that took.
 *
 * @param {string} name
 * @param {(line: string) => void} log
 * @param {(log: (line: string) => void) => Promise<string>} work Resolves to what it did, in a few words.
 * @param {(line: string) => void} [announce] For what the work says on its way, where that is more than its outcome.
 */
export async function step(name, log, work, announce = log) {
  const started = performance.now();
  const outcome = await work((line) => announce(`  ${line}`));
  log(`${name}: ${outcome} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
