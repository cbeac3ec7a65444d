// node launch-script.mjs NPROC SCRIPT: the launcher on a script instead of a verb.
import { freePort, launch } from '../dist/launch/index.js';

const [nproc, script] = process.argv.slice(2);
const { code, message } = await launch({
  layout: { nproc: Number(nproc), nodes: 1, nodeRank: 0, masterAddress: '127.0.0.1', masterPort: await freePort() },
  command: [script],
  graceSeconds: 1,
  note: (line) => process.stderr.write(`${line}\n`),
});
if (message !== '') process.stderr.write(`verdict: ${message}\n`);
process.exitCode = code;
