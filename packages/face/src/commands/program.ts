import { nearestName } from '@pocketnet/files';
import { systemSentence } from '@pocketnet/files/node';
import { Command, CommanderError } from 'commander';
import { note, printResult } from './output.js';
import { type Action, Interrupted, type Tasks, UsageError, type Verb } from './verb.js';

export interface ProgramOptions {
  readonly description: string;
  readonly version: string;
  readonly tasks: Tasks;
  readonly verbs: readonly Verb[];
  /** What is said of a verb that is not here. */
  readonly unknownVerb?: (name: string) => string;
}

/** The `pocketnet` command with some verbs, each with its arguments and options. */
export function programOf({ description, version, tasks, verbs, unknownVerb }: ProgramOptions): Command {
  const command = new Command('pocketnet')
    .description(description)
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false, subcommandTerm: (verb) => verb.name() })
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText(
      'after',
      '\nEvery verb takes --help and --json. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.',
    );
  for (const [task, heading] of Object.entries(tasks))
    for (const verb of verbs) if (verb.task === task) addVerb(command, verb).helpGroup(heading);
  if (unknownVerb)
    command.on('command:*', ([name]: [string]) => {
      const near = nearestName(
        name,
        verbs.map((verb) => verb.name),
      );
      throw new UsageError(near === undefined ? unknownVerb(name) : `There is no verb ${name}. Did you mean ${near}?`);
    });
  const [first = ''] = Object.values(tasks);
  return command.addHelpCommand(
    new Command('help').argument('[verb]').description('show the help of a verb').helpGroup(first),
  );
}

/**
 * Runs the command.
 *
 * @param argv as `process.argv`: node, script, verb and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  process.stdout.on('error', quitOnClosedPipe);
  // Keeps Node running while a promise waits for something that alone would not, such as the end of an idle thread.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0); // a verb that printed its result may say by it that nothing came of it
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    return fail(error, argv.includes('--json'));
  } finally {
    clearInterval(alive);
  }
}

function addVerb(parent: Command, verb: Action): Command {
  const command = parent.command(verb.name).summary(verb.summary).description(verb.summary);
  verb.define(command);
  for (const leaf of leaves(command)) leaf.option('--json', 'print one JSON object on stdout; messages go to stderr');
  return command;
}

/** The commands that run: the verb, or its inner verbs if it has any. */
const leaves = (command: Command): readonly Command[] =>
  command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];

function fail(error: unknown, json: boolean): number {
  const isUsage = error instanceof CommanderError || error instanceof UsageError;
  const message =
    systemSentence(error) ?? (error instanceof Error ? error.message : String(error)).replace(/^error: /, '');
  // Commander has already printed its own message or the help.
  if (!(error instanceof CommanderError)) note(`${error instanceof Interrupted ? '' : 'Error: '}${message}`);
  if (process.env.POCKETNET_STACK && error instanceof Error) note(error.stack ?? '');
  if (json) printResult({ json }, { error: message }, () => message);
  return isUsage ? 2 : error instanceof Interrupted ? 130 : 1;
}

/** A reader that stops early, as in `pocketnet networks | head -1`, is not an error. */
function quitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
