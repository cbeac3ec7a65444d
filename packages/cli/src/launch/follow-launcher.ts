// Loaded into every rank before its program: a rank outlives no launcher. Ranks have sessions of their own, lest a terminal's Ctrl-C
// reach them twice, so nothing else would tell them that the launcher was killed.
const GRACE = 5000;

process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE).unref();
});
process.channel?.unref(); // listening has taken hold of it again
