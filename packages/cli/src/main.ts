import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { note, toJson } from './output.js';
import { Interrupted, UsageError, type Verb } from './verb.js';
import { verbs } from './verbs/index.js';

/**
 * The `pocketnet` command.
 *
 * @param argv as `process.argv`: node, script, verb and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', quitOnClosedPipe);
  process.env.POCKETNET_KEEP_MEMORY ??= '1'; // this process is the engine's alone: a quarter of a training step
  // A promise that waits for something which keeps no process alive, such as the end of an idle thread, is waited for all the same.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    await program().parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    return fail(error, argv.includes('--json'));
  } finally {
    clearInterval(alive);
  }
}

function program(): Command {
  const command = new Command('pocketnet')
    .description('Train, evaluate and export extremely lightweight face recognition networks.')
    .version(version())
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText(
      'after',
      '\nEvery verb takes --help, and --json for one JSON object on stdout. Exit codes: 0 done, 1 failed, 2 wrong usage.',
    );
  for (const verb of verbs) addVerb(command, verb);
  return command;
}

function addVerb(parent: Command, verb: Verb): void {
  const command = parent.command(verb.name).summary(verb.summary).description(verb.summary);
  verb.define(command);
  for (const leaf of leaves(command)) leaf.option('--json', 'print one JSON object on stdout and nothing else there');
}

/** The commands that run: a verb, or its inner verbs where it has some. */
const leaves = (command: Command): readonly Command[] =>
  command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];

function fail(error: unknown, json: boolean): number {
  const isUsage = error instanceof CommanderError || error instanceof UsageError;
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, '');
  // Commander has printed its own complaint (or the help) already.
  if (!(error instanceof CommanderError)) note(`${error instanceof Interrupted ? '' : 'Error: '}${message}`);
  if (process.env.POCKETNET_STACK && error instanceof Error) note(error.stack ?? '');
  if (json) process.stdout.write(`${toJson({ error: message })}\n`);
  return isUsage ? 2 : error instanceof Interrupted ? 130 : 1;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

/** `pocketnet networks | head -1` is no error. */
function quitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
