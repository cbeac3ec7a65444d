/** Runs work that reports its progress, and shows the progress on stderr. */
export async function showing<T>(
  label: string,
  unit: string,
  work: (onProgress: (done: number, total: number) => void) => T | Promise<T>,
): Promise<T> {
  const { startProgress } = await import('@pocketnet/lab/runs');
  const progress = startProgress({ label, unit });
  try {
    return await work((done, total) => progress.advance(done, total));
  } finally {
    progress.finish();
  }
}
