import { readdirSync, readFileSync } from 'node:fs';
import { openPocketNet, type Template } from 'pocketnet/node';
import { describe, expect, it } from 'vitest';
import people from '../src/demo/people.json' with { type: 'json' };
import { drawnPortrait } from '../tools/drawn-people.js';

const models = new URL('../../../models/', import.meta.url);
const plans = readdirSync(models, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.pnet') && !path.startsWith('yunet'),
);
const detector = readFileSync(new URL('yunet/yunet.pnet', models));

describe('The people who are drawn to try the page with', () => {
  it.each(plans)('are themselves, and no two of them one, for %s', async (plan) => {
    // As a page computes it, to the bit.
    const net = await openPocketNet({ detector, embedder: readFileSync(new URL(plan, models)), engine: 'strict' });
    const seen: { name: string; template: Template }[] = [];
    for (const { name, identity, samples } of people)
      for (const sample of samples) {
        const picture = await drawnPortrait(identity, sample);
        const faces = await net.detect(picture);
        expect(faces.length, `${name}, ${sample}`).toBe(1);
        for (const face of faces) seen.push({ name, template: await net.embed(net.align(picture, face)) });
      }
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(0, i)) {
        const { verdict, cosine } = net.compare(a.template, b.template);
        expect(verdict, `${a.name} and ${b.name}: ${cosine}`).toBe(a.name === b.name ? 'same' : 'different');
      }
    net.close();
  });
});
