import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type Placed, photoOf } from './photos.js';

const main = fileURLToPath(new URL('../../dist/commands/main.js', import.meta.url));

/** Runs this package's own verbs in a process of its own, where neither libtorch's nor ONNX Runtime's package can be loaded. */
const ALONE = `
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`export const resolve = (name, context, next) => {
    if (/^(onnxruntime|@pocketnet\\\\/(torch|onnx|lab|cli|data))/.test(name)) throw new Error('Cannot find package ' + name);
    return next(name, context);
  };\`));
  const { main } = await import(${JSON.stringify(main)});
  process.exitCode = await main(process.argv);
`;

/** A folder in which the command is run. */
export class Place {
  readonly path = mkdtempSync(join(tmpdir(), 'pocketnet-commands-'));

  file = (name: string): string => join(this.path, name);

  /** The script that is run. */
  get script(): string {
    const script = this.file('pocketnet.mjs');
    if (!existsSync(script)) writeFileSync(script, ALONE);
    return script;
  }

  pocketnet(
    args: readonly string[],
    env: Record<string, string> = {},
    folder = '.',
  ): { code: number | null; stdout: string; stderr: string } {
    const options = { cwd: this.file(folder), encoding: 'utf8', env: { ...process.env, ...env } } as const;
    const { status: code, stdout, stderr } = spawnSync(process.execPath, [this.script, ...args], options);
    return { code, stdout, stderr };
  }

  /** The one object of a call that must succeed. */
  json(args: readonly string[], env: Record<string, string> = {}): Record<string, unknown> {
    const { code, stdout, stderr } = this.pocketnet([...args, '--json'], env);
    if (code !== 0) throw new Error(`pocketnet ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** Writes a photo of drawn people, in the format of its ending. */
  async write(name: string, width: number, height: number, faces: readonly Placed[]): Promise<void> {
    const { data } = photoOf(width, height, faces);
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(this.file(name));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
