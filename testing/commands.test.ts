import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '@pocketnet/cli';
import { describe, expect, it } from 'vitest';
import { pages, root } from './pages.js';

/** The shell commands of a page that call `pocketnet`, as words; comments, quotes and brackets of optional parts are gone. */
function commandsOf(page: string): string[][] {
  const blocks = Array.from(
    readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm),
    ([, block]) => block ?? '',
  );
  const lines = blocks.flatMap((block) => block.replace(/\\\n/g, ' ').split('\n'));
  return lines.flatMap((line) => {
    const call = /(?:^| -- |^npx )pocketnet (.*)/.exec(line.replace(/\s#.*/, ''))?.[1];
    return call === undefined
      ? []
      : [
          call
            .replace(/['"[\]]/g, '')
            .split(/\s+/)
            .filter(Boolean),
        ];
  });
}

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
});
