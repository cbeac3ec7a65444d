import { printResult } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

export const doctor: Verb = {
  name: 'doctor',
  task: 'start',
  summary: 'show which engine, device and data are used, and what is missing',
  define: (command) => command.action(run),
};

async function run(options: CommonOptions): Promise<void> {
  const { examine } = await import('../doctor/index.js');
  const findings = await examine();
  const ok = findings.every((finding) => finding.state !== 'missing');
  printResult(options, { ok, ...Object.fromEntries(findings.map(({ name, ...rest }) => [name, rest])) }, () =>
    findings
      .map(
        ({ name, state, text, remedy }) =>
          `${marks[state]} ${name.padEnd(16)} ${text}${remedy ? `\n  ${' '.repeat(16)} -> ${remedy}` : ''}`,
      )
      .join('\n'),
  );
}

const marks = { ok: '+', missing: '!', optional: '-' };
