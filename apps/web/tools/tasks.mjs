/**
 * Traces the tasks of the page's main thread by Chromium's debugger.
 *
 * @param debug a session with the page
 * @returns what ends it and gives the milliseconds of every task: from its begin to its end, and those that the processor gave it of these
 */
export async function tasksOf(debug) {
  const events = [];
  debug.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value)
      if (event.ph === 'M' ? event.name === 'thread_name' : event.name.endsWith('RunTask') && event.ph === 'X')
        events.push(event);
  });
  await debug.send('Tracing.start', {
    traceConfig: { includedCategories: ['toplevel', '__metadata'], excludedCategories: ['*'] },
    transferMode: 'ReportEvents',
  });
  return async () => {
    const done = new Promise((resolve) => debug.once('Tracing.tracingComplete', resolve));
    await debug.send('Tracing.end');
    await done;
    const threads = new Set(
      events
        .filter(({ ph, args }) => ph === 'M' && args.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    return events
      .filter(({ ph, pid, tid }) => ph === 'X' && threads.has(`${pid} ${tid}`))
      .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, processor: tdur / 1000 }));
  };
}
