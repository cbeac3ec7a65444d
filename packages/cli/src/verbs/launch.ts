import { wholeNumber } from '../arguments.js';
import { freePort, launch, pocketnetScript } from '../launch/index.js';
import { note } from '../output.js';
import { type CommonOptions, Interrupted, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  nproc: number;
  nnodes: number;
  nodeRank: number;
  masterAddr?: string;
  masterPort?: number;
}

/** @param verbs the names of all verbs, asked when one is launched */
export const launchOf = (verbs: () => readonly string[]): Verb => ({
  name: 'launch',
  task: 'train',
  summary: 'train with several processes or machines',
  define: (command) =>
    command
      .showHelpAfterError('(the verb and its options stand behind --: pocketnet launch --nproc 2 -- train --config …)')
      .usage('--nproc <n> [options] -- <verb> [its options]')
      .argument('<verb...>', 'the verb and its options, after --')
      .requiredOption('--nproc <n>', 'processes on this machine', wholeNumber(1, 1024))
      .option('--nnodes <n>', 'machines; each runs this command', wholeNumber(1, 4096), 1)
      .option('--node-rank <n>', 'index of this machine, from 0', wholeNumber(0, 4095), 0)
      .option('--master-addr <host>', 'the machine with node rank 0')
      .option('--master-port <port>', 'a free port on that machine', wholeNumber(1, 65535))
      .action((verb: readonly string[], options: Options) => {
        checkVerb(verb[0] ?? '', verbs());
        return run(verb, options);
      }),
});

async function run(verb: readonly string[], options: Options): Promise<void> {
  const { nproc, nnodes, nodeRank, masterAddr, masterPort } = options;
  if (nodeRank >= nnodes)
    throw new UsageError(`--node-rank is ${nodeRank}, but among ${nnodes} machines it goes from 0 to ${nnodes - 1}.`);
  if (nnodes > 1 && (masterAddr === undefined || masterPort === undefined))
    throw new UsageError('Several machines need a meeting point: pass --master-addr and --master-port.');

  const json = (options.json ?? false) || verb.includes('--json');
  const { code, message, stdout } = await launch({
    layout: {
      nproc,
      nodes: nnodes,
      nodeRank,
      masterAddress: masterAddr ?? '127.0.0.1',
      masterPort: masterPort ?? (await freePort()),
    },
    command: [pocketnetScript(), ...verb, ...(json && !verb.includes('--json') ? ['--json'] : [])],
    holdOutput: json, // after a failure stdout holds one object too, and this process writes it
    note,
  });
  if (code === 2) throw new UsageError(message);
  if (code === 130) throw new Interrupted(message);
  if (code === 1) throw new Error(message);
  process.stdout.write(stdout);
}

function checkVerb(name: string, verbs: readonly string[]): void {
  const names = verbs.filter((each) => each !== 'launch');
  if (!names.includes(name)) throw new UsageError(`launch takes one of the verbs ${names.join(', ')}, not ${name}.`);
}
