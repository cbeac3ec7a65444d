import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program, tasks, verbs } from '@pocketnet/cli';
import { describe, expect, it } from 'vitest';
import { pocketnet, watchEngine } from './pocketnet.js';

const thisFile = fileURLToPath(import.meta.url);
const testFolder = dirname(thisFile);

describe('help', () => {
  it('lists every verb once, under the heading of its task, exits with 0 and loads no engine', async () => {
    const { code, stdout, stderr } = await pocketnet(['--help'], { node: ['--import', watchEngine] });
    expect(code).toBe(0);
    const sections = stdout.split('\n\n');
    const listedIn = (section: string): string[] =>
      Array.from(section.matchAll(/^ {2}([a-z]\S*)/gm), ([, name]) => name ?? '');
    for (const [task, heading] of Object.entries(tasks)) {
      const section = sections.find((each) => each.startsWith(`${heading}\n`)) ?? '';
      const own = verbs.filter((verb) => verb.task === task).map(({ name }) => name);
      expect(own).not.toEqual([]);
      expect(listedIn(section).filter((name) => name !== 'help')).toEqual(own);
    }
    expect(stdout).not.toContain('Commands:');
    expect(stderr).toContain('engine:false');
  });

  const inner = program().commands.flatMap((verb) => verb.commands.map((each) => `${verb.name()} ${each.name()}`));
  it.each([...verbs.map(({ name }) => name), ...inner])('of `%s` shows its usage and exits with 0', async (verb) => {
    const { code, stdout } = await pocketnet([...verb.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: pocketnet ${verb}`);
  });

  it('of a verb is shown by `help VERB`, too', async () => {
    expect((await pocketnet(['help', 'export'])).stdout).toContain('Usage: pocketnet export');
  });

  it('is told apart by the watch from a verb that needs the engine', async () => {
    expect((await pocketnet(['networks'], { node: ['--import', watchEngine] })).stderr).toContain('engine:true');
  });

  it('prints its version', async () => {
    expect((await pocketnet(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage', () => {
  const wrong: [what: string, args: string[], named: RegExp][] = [
    ['no verb', [], /Usage: pocketnet/],
    ['an unknown verb', ['trian'], /unknown command 'trian'/],
    ['an unknown option', ['networks', '--colour'], /unknown option '--colour'/],
    ['a missing option', ['train', '--config', 'x.yaml'], /--out/],
    ['a missing argument', ['verify', 'a.jpg', '--model', 'm.onnx'], /second/],
    ['an argument too many', ['doctor', 'please'], /too many arguments/],
    ['a number that is none', ['networks', '--input', 'big'], /--input.*whole number from 16 to 1024/],
    ['folds below two', ['evaluate', 'm.onnx', '--pairs', 'p.bin', '--folds', '1'], /--folds/],
    ['channels that do not exist', ['evaluate', 'm.onnx', '--pairs', 'p.bin', '--channels', 'gbr'], /rgb, bgr/],
    ['an override without a value', ['train', '--config', 'x.yaml', '--out', 'r', '--set', 'lr'], /key=value/],
    ['an output of another format', ['export', '--weights', 'w.pth', '--out', 'm.tflite'], /\.onnx/],
    [
      'a threshold that no cosine reaches',
      ['verify', 'a', 'b', '--model', 'm.onnx', '--threshold', '3'],
      /from -1 to 1/,
    ],
    [
      'a network that does not exist',
      ['export', '--weights', 'w.pth', '--network', 'resnet', '--out', 'm.onnx'],
      /pocketnet-s-128/,
    ],
    [
      'a licence that is a file',
      ['export', '--weights', 'w.pth', '--licence', thisFile, '--out', 'm.onnx'],
      /is a file/,
    ],
    ['a model to time that does not exist', ['bench', 'nowhere.onnx'], /nowhere\.onnx: there is no such file/],
    ['an inner verb that does not exist', ['data', 'shuffle'], /unknown command 'shuffle'/],
  ];

  it.each(wrong)('%s ends with 2, says what is wrong, and prints nothing on stdout', async (_, args, named) => {
    const { code, stdout, stderr } = await pocketnet(args);
    expect(stderr).toMatch(named);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('failures', () => {
  const failing: [what: string, args: string[], named: RegExp][] = [
    ['a configuration that does not exist', ['train', '--config', 'nowhere.yaml', '--out', 'r'], /nowhere\.yaml/],
    ['pairs that do not exist', ['evaluate', 'm.onnx', '--pairs', 'nowhere.bin'], /nowhere\.bin/],
    [
      'weights that do not exist',
      ['export', '--weights', 'nowhere.pth', '--network', 'pocketnet-s-128', '--out', 'm.onnx'],
      /nowhere\.pth/,
    ],
    [
      'a model of an unknown kind',
      ['calibrate', 'm.tflite', '--data', 'generated:identities=2,images=2', '--out', 'card'],
      /m\.tflite.*\.onnx/,
    ],
    ['data that are none', ['data', 'inspect', 'nowhere'], /nowhere: does not exist\. Check the path/],
    ['a model to compile that does not exist', ['compile', 'nowhere.onnx', '--out', 'm.pnet'], /nowhere\.onnx/],
    ['a genotype that does not exist', ['draw', 'nowhere.json', '--out', 'm.svg'], /nowhere\.json/],
    ['a study that does not exist', ['ablate', '--config', 'nowhere.yaml', '--out', 'r'], /nowhere\.yaml/],
    ['a description that does not exist', ['release', 'w.pth', '--description', 'no.yaml', '--out', 'r'], /no\.yaml/],
    ['a folder without photos', ['prepare', testFolder, '--out', 'm.rec'], /there are no pictures in this folder/],
    ['an output below a file', ['data', 'generate', '--out', join(thisFile, 'faces')], /not a folder/],
  ];

  it.each(failing)('%s ends with 1 and a sentence without a stack', async (_, args, named) => {
    const { code, stdout, stderr } = await pocketnet(args);
    expect(stderr).toMatch(named);
    expect(stderr).not.toMatch(/\n\s+at |\bE[A-Z]{4,}\b/); // nor the system's own code
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('with --json are one object with the message on stdout', async () => {
    const { code, stdout } = await pocketnet(['data', 'inspect', 'nowhere', '--json']);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { error: string }).error).toContain('nowhere');
  });
});
