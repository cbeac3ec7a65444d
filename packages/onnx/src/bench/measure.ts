/** Milliseconds of each of `runs` runs, one after the other. */
export async function measure(run: () => Promise<unknown>, runs: number): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}
