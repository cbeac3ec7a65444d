import { createHash } from 'node:crypto';
import { htmlReport, lineChart, type Report } from '@pocketnet/evaluate';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';

const png = Uint8Array.from(Buffer.from('89504e470d0a1a0a0000000d', 'hex'));

/** A report in which every place for words holds the same ones. */
const everywhere = (words: string): Report => ({
  title: words,
  lead: words,
  footer: words,
  sections: [
    {
      heading: words,
      text: [words, words],
      table: { columns: [words, 'n'], rows: [[words, 1]], caption: words },
      figure: { svg: lineChart({ title: words, x: words, y: words, series: [] }), caption: words },
      images: [{ bytes: png, caption: words }],
      frames: [1, 2].map(() => ({ name: words, text: words, figures: [{ svg: '<svg/>', caption: words }] })),
    },
  ],
});

const tags = (html: string): string[] =>
  Array.from(parseHTML(html).document.querySelectorAll('*'), (element) => {
    const { tagName, attributes } = element as { tagName: string; attributes: Iterable<{ name: string }> };
    return `${tagName}[${Array.from(attributes, (attribute) => attribute.name).sort()}]`;
  });

describe('the report', () => {
  it('is one page with its parts in order, and no script where there is no slider', () => {
    const { sections, ...rest } = everywhere('Words');
    const html = htmlReport({ ...rest, sections: sections.map(({ frames: _, ...section }) => section) });
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain("default-src 'none'");
    expect(html.indexOf('<h2>')).toBeLessThan(html.indexOf('<table>'));
    expect(html).not.toMatch(/<script|https?:/);
    expect(html).toContain('<td class="number">1</td>');
    expect(html).toContain('data:image/png;base64,');
  });

  it('shows any words as words: no text changes the elements or attributes of the page', () => {
    const plain = tags(htmlReport(everywhere('plain words')));
    const attacks = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onload='x",
      '</style><b>',
      '</title><b>',
      '<!--',
      '&lt;b&gt;',
      '\u0000<b>',
      ']]>',
    ];
    const words = fc.oneof(
      fc.constantFrom(...attacks),
      fc
        .tuple(fc.string(), fc.constantFrom(...attacks), fc.string({ unit: 'grapheme' }))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(words, (text) => {
        expect(tags(htmlReport(everywhere(`x ${text}`)))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  it('shows the last of its frames and has a slider for the others, whose script alone the policy lets run', () => {
    const html = htmlReport(everywhere('Words'));
    const { document } = parseHTML(html);
    const shown = Array.from(document.querySelectorAll('.frames > div'), (frame) =>
      (frame as { hasAttribute(name: string): boolean }).hasAttribute('hidden'),
    );
    expect(shown).toEqual([true, false]);
    const [script] = document.querySelectorAll('script');
    const hash = createHash('sha256')
      .update(script?.textContent ?? '')
      .digest('base64');
    expect(html).toContain(`script-src 'sha256-${hash}'`);
    expect(document.querySelector('input')?.getAttribute('max')).toBe('1');
  });

  it('shows the words themselves', () => {
    const { document } = parseHTML(htmlReport(everywhere('a < b & "c" > \'d\'')));
    expect(document.querySelector('h1')?.textContent).toBe('a < b & "c" > \'d\'');
  });

  it('keeps a chart that holds a script from running it, by embedding it as an image', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>x" onerror="y</title><script>alert(1)</script></svg>';
    const html = htmlReport({ title: 't', sections: [{ heading: 'h', figure: svg }] });
    expect(html).not.toMatch(/<script|onerror="/);
  });

  it('refuses rows that do not fit and pictures that are none', () => {
    const table = { columns: ['a', 'b'], rows: [[1, 2], [1]] };
    expect(() => htmlReport({ title: 't', sections: [{ heading: 'h', table }] })).toThrow(
      /Row 2 .* 1 cells for 2 columns/,
    );
    const images = [{ bytes: new Uint8Array(20) }];
    expect(() => htmlReport({ title: 't', sections: [{ heading: 'h', images }] })).toThrow(/not JPEG, PNG or WebP/);
  });
});
