import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '@pocketnet/cli';
import { describe, expect, it } from 'vitest';
import { pages, root } from './pages.js';

/** The lines of a page's shell blocks, without comments; one that goes on is one line. */
function shellOf(page: string): string[] {
  const blocks = Array.from(
    readFileSync(join(root, page), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm),
    ([, block]) => block ?? '',
  );
  return blocks.flatMap((block) => block.replace(/\\\n/g, ' ').split('\n')).map((line) => line.replace(/\s#.*/, ''));
}

/** The calls of `pocketnet` in a page's shell, as words, also after an assignment or in a loop; quotes and brackets of optional parts are gone. */
const commandsOf = (page: string): string[][] =>
  shellOf(page).flatMap((line) =>
    Array.from(line.matchAll(/(?:\bnpx |^ *| -- )pocketnet (.*?)(?=; done|$)/g), ([, call = '']) =>
      call
        .replace(/['"[\]]/g, '')
        .split(/\s+/)
        .filter(Boolean),
    ),
  );

/** The scripts of package.json that a page runs, and what it gives them. */
const scriptsOf = (page: string): string[][] =>
  shellOf(page).flatMap((line) =>
    Array.from(
      line.matchAll(/\bnpm (?:run |(?=test\b))([\w:.-]+)(?: -- ([\w-]+))?/g),
      ([, script = '', first = '']) => [script, first],
    ),
  );

const { commands: verbs } = program();

/** What is wrong with a call: verbs and options that do not exist, required options and configurations that are missing. */
function faultsOf([name = '', ...words]: string[]): string[] {
  const verb = verbs.find((each) => each.name() === name);
  if (!verb) return [`no verb ${name}`];
  const action = verb.commands.length > 0 ? verb.commands.find((each) => each.name() === words[0]) : verb;
  if (!action) return [`no verb ${name} ${words[0]}`];
  const end = words.indexOf('--'); // of launch: another call follows
  const own = end < 0 ? words : words.slice(0, end);
  const given = own.filter((word) => word.startsWith('--'));
  const isKnown = (option: string): boolean => action.options.some(({ long }) => long === option);
  const mandatory = own.includes('…') ? [] : action.options.filter((option) => option.mandatory);
  return [
    ...given.filter((option) => !isKnown(option)).map((option) => `${name} has no option ${option}`),
    ...mandatory.filter(({ long }) => !given.includes(long ?? '')).map(({ long }) => `${name} lacks ${long}`),
    ...own.filter((word) => /^configs\/.*\.yaml$/.test(word) && !existsSync(join(root, word))),
    ...(end < 0 ? [] : faultsOf(words.slice(end + 1))),
  ];
}

describe('commands in pages', () => {
  const calls = pages.flatMap((page) => commandsOf(page).map((words) => ({ page, words, call: words.join(' ') })));

  it('are found', () => {
    expect(calls.length).toBeGreaterThan(50);
  });

  it.each(calls)('$page: $call', ({ words }) => {
    expect(faultsOf(words)).toEqual([]);
  });

  const scripts = pages.flatMap((page) => scriptsOf(page).map(([script, first]) => ({ page, script, first })));
  const known = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;
  const benches = readFileSync(join(root, 'benchmarks/run.mjs'), 'utf8');

  it.each(scripts)('$page: npm run $script $first', ({ script = '', first = '' }) => {
    expect(Object.keys(known)).toContain(script);
    if (script === 'bench' && first !== '') expect(benches).toMatch(new RegExp(`['"]?\\b${first}\\b['"]?:`));
  });
});
