import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root } from './pages.js';

/** The text without fenced blocks and inline code, where brackets are no links. */
const prose = (page: string): string =>
  readFileSync(join(root, page), 'utf8')
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .replace(/`[^`\n]*`/g, '');

/** As GitHub makes a heading's anchor: lower case, punctuation gone, blanks to hyphens. */
const anchorsOf = (page: string): string[] =>
  Array.from(readFileSync(join(root, page), 'utf8').matchAll(/^#+ +(.+)$/gm), ([, title = '']) =>
    title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );

/** Relative links of a page that lead nowhere. */
function deadLinks(page: string): string[] {
  const targets = Array.from(prose(page).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g), ([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/i.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), decodeURI(path));
    if (!existsSync(join(root, file))) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
  });
}

describe.each(pages)('%s', (page) => {
  it('links to what is there', () => {
    expect(deadLinks(page)).toEqual([]);
  });

  it('has no blank left to fill in', () => {
    expect(readFileSync(join(root, page), 'utf8').match(/@[A-Z_]+@/g)).toBeNull();
  });
});

describe('the pages for users', () => {
  const forUsers = pages.filter((page) => /^([A-Z]+\.md|README\.md|docs\/[a-z-]+\.md|examples\/.*)$/.test(page));

  it.each(forUsers)('%s has no long line outside of tables and blocks', (page) => {
    const lines = readFileSync(join(root, page), 'utf8')
      .replace(/^ *```[\s\S]*?^ *```/gm, '')
      .split('\n');
    expect(lines.filter((line) => line.length > 140 && !line.startsWith('|'))).toEqual([]);
  });

  it.each(forUsers)('%s has no paragraph in a table cell', (page) => {
    const rows = prose(page)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const cells = rows.flatMap((row) => row.split('|').map((cell) => cell.replace(/\]\([^)]*\)/g, '').trim()));
    expect(cells.filter((cell) => cell.length > 120)).toEqual([]);
  });
});
