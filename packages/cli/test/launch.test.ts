import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type Finished, pocketnet, workplace } from './pocketnet.js';

const place = workplace();
afterAll(() => place.remove());

/** Runs a script as ranks through the launcher itself; `act` is called once every rank has written `ready`. */
async function launchScript(source: string, nproc: number, act?: (launcher: number) => void): Promise<Finished> {
  const script = join(place.path, `rank-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(script, source);
  const driver = fileURLToPath(new URL('launch-script.mjs', import.meta.url));
  const child = spawn(process.execPath, [driver, String(nproc), script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let acted = false;
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => {
    stderr += part;
    if (acted || stderr.split('ready').length <= nproc) return;
    acted = true;
    act?.(child.pid ?? 0);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const waiting = `
  const forever = setInterval(() => {}, 1000);
  process.stderr.write('ready ' + process.pid + '\\n');
`;

test('every rank gets torchrun’s environment, its share of the cores, and only rank 0’s output is the job’s', async () => {
  const { code, stdout, stderr } = await launchScript(
    `const { RANK, LOCAL_RANK, WORLD_SIZE, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT, OMP_NUM_THREADS } = process.env;
     console.log([RANK, LOCAL_RANK, WORLD_SIZE, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT > 0, OMP_NUM_THREADS >= 1].join());
     console.error('hello from ' + RANK);`,
    3,
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: '0,0,3,3,127.0.0.1,true,true\n' });
  expect(stderr.trim().split('\n').sort()).toEqual(['[rank 1] hello from 1', '[rank 2] hello from 2', 'hello from 0']);
});

test('when a rank fails, the others are ended, also those that do not listen, and its message is the job’s', async () => {
  const { code, stderr } = await launchScript(
    `if (process.env.RANK === '1') setTimeout(() => { console.error('no such picture'); process.exit(3); }, 300);
     else { process.on('SIGTERM', () => console.error('not now')); ${waiting} }`,
    3,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('not now');
  expect(stderr).toContain('verdict: rank 1 ended with exit code 3: no such picture');
});

test('when a rank is killed, the job says so', async () => {
  const { code, stderr } = await launchScript(
    `if (process.env.RANK === '1') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300); else { ${waiting} }`,
    2,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('verdict: rank 1 was killed by SIGKILL (9)');
});

test('when a rank is killed amid training, those that wait for it end within 30 s', async () => {
  const killed = join(place.path, 'killed');
  const { code, stderr } = await launchScript(
    `import { writeFileSync } from 'node:fs';
     import { backward, dataParallel, joinProcessGroup, nn, ops, scope } from '${import.meta.resolve('@pocketnet/torch')}';
     const group = joinProcessGroup();
     const net = new nn.Linear(8, 8);
     const replicas = dataParallel([net], group);
     for (let step = 0; ; step++) {
       if (step === 3 && group.rank === 0) {
         writeFileSync(${JSON.stringify(killed)}, '');
         process.kill(process.pid, 'SIGKILL'); // the one that holds the store
       }
       scope(() => {
         backward(ops.sum(net.forward(ops.randn([2, 8]))));
         replicas.finish();
       });
     }`,
    3,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('verdict: rank 0 was killed by SIGKILL (9)');
  expect((Date.now() - statSync(killed).mtimeMs) / 1000).toBeLessThan(30);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s reaches every rank once, and the job ends as stopped when they have',
  async (signal) => {
    const { code, stdout, stderr } = await launchScript(
      `process.on('${signal}', () => {
       console.error('stopping ' + process.env.RANK);
       setTimeout(() => { console.log('checkpoint'); process.exit(130); }, 200);
     });
     ${waiting}`,
      2,
      (launcher) => process.kill(launcher, signal),
    );
    expect({ code, stdout }).toEqual({ code: 130, stdout: 'checkpoint\n' });
    expect(stderr.match(/stopping/g)).toHaveLength(2);
  },
);

test('when the launcher itself is killed, its ranks end', async () => {
  const { stderr } = await launchScript(waiting, 2, (launcher) => process.kill(launcher, 'SIGKILL'));
  const ranks = Array.from(stderr.matchAll(/ready (\d+)/g), ([, pid]) => Number(pid));
  expect(ranks).toHaveLength(2);
  await expect.poll(() => ranks.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});

test('`launch` runs any verb, and --json stays one object of rank 0', async () => {
  const verb = ['data', 'inspect', 'generated:identities=2,images=2,size=32', '--json'];
  const [alone, together] = [await pocketnet(verb), await pocketnet(['launch', '--nproc', '2', '--', ...verb])];
  expect(JSON.parse(alone.stdout)).toHaveProperty('images', 4);
  expect({ code: together.code, stdout: together.stdout }).toEqual({ code: 0, stdout: alone.stdout });
});

test('`launch` of a failing verb is one failure: one object on stdout, and its exit code', async () => {
  const { code, stdout } = await pocketnet([
    'launch',
    '--nproc',
    '2',
    '--',
    'evaluate',
    '--model',
    'none.onnx',
    '--pairs',
    'none.bin',
    '--json',
  ]);
  expect(code).toBe(1);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toHaveProperty('error', expect.stringMatching(/^rank [01] ended with exit code 1/));
});

test('`launch` refuses what makes no job as wrong usage', async () => {
  const wrong: [string[], string][] = [
    [['--nproc', '0', '--', 'train'], 'nproc'],
    [['--nproc', '2', '--', 'launch', '--', 'train'], 'one of the verbs'],
    [['--nproc', '2', '--nnodes', '2', '--', 'train'], '--master-addr'],
    [['--nproc', '2', '--node-rank', '1', '--', 'train'], '--node-rank is 1'],
  ];
  await Promise.all(
    wrong.map(async ([args, message]) => {
      const { code, stderr } = await pocketnet(['launch', ...args]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    }),
  );
});

/** A process that has ended but whose parent has not asked after it counts as ended. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
