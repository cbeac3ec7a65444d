import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { joinProcessGroup, rendezvousFrom, tensor } from '@pocketnet/torch';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort, resultsOf, runRanks, startRank } from './children/ranks.js';
import { runChild } from './children/run.js';

describe('a process group of two', () => {
  interface Collectives extends Record<string, unknown> {
    failures: string[];
  }
  let results: Collectives[] = [];
  beforeAll(async () => {
    results = await resultsOf('collectives.mjs', 2);
  });

  test('reduces, gathers and broadcasts float32, float64 and int64, several at once and through views', () => {
    expect(results).toHaveLength(2);
    for (const [rank, result] of results.entries()) {
      for (const dtype of ['float32', 'float64', 'int64']) {
        expect(result[dtype]).toEqual({
          sum: [5, 3, 24],
          max: [4, 5, 30],
          min: [1, -2, -6],
          broadcast: [4, 5, -6],
          gathered: [1, -2, 30, 4, 5, -6],
          gatheredShape: [2, 3],
          gatheredDtype: dtype,
          scalars: [7, 8],
        });
      }
      expect(result).toMatchObject({
        rank,
        size: 2,
        table: [1, 4, 3, 4, 10, 6],
        plain: [1],
        empty: [],
        any: [true, false],
        means: [0.5, 2.5],
        averaged: [[0.5, 2], [0, 2, 1, 0.5], [3]],
        apart: [8, 0], // weights and biases
        first: [0.5, 7],
      });
    }
  });

  test('says which rank and operation failed, and why', () => {
    expect(results[1]?.failures).toEqual([
      'rank 1 of 2: broadcast failed: there is no rank 5.',
      expect.stringContaining('a reduction is sum, max or min'),
      expect.stringContaining('expected a Tensor'),
      'rank 1 of 2: all-reduce of float32[1] failed: the process group is closed.',
    ]);
  });

  test('normalises batches with the statistics of both, forward and backward, as the stock operator does the joined batch', async () => {
    type Outcome = Record<'output' | 'input' | 'weight' | 'bias' | 'mean' | 'var', number[]>;
    const ranks = await resultsOf<{ from: number; to: number; synchronised: Outcome; stock: Outcome }>(
      'sync-batch-norm.mjs',
      2,
    );
    for (const { from, to, synchronised, stock } of ranks) {
      close(synchronised.output, stock.output.slice(from, to), 1e-10);
      close(synchronised.input, stock.input.slice(from, to), 1e-10);
      close(synchronised.mean, stock.mean, 1e-12);
      close(synchronised.var, stock.var, 1e-12);
    }
    for (const name of ['weight', 'bias'] as const) {
      const sum = ranks[0]?.synchronised[name].map(
        (value, c) => value + (ranks[1]?.synchronised[name][c] ?? Number.NaN),
      );
      close(sum ?? [], ranks[0]?.stock[name] ?? [], 1e-10);
    }
  });
});

describe('two replicas with half the batch each', () => {
  interface Trained {
    buckets: number;
    state: Record<string, number[]>;
  }

  test.each(['synchronised', 'frozen'])(
    'reach the weights of one process with all of it, batch norm %s',
    async (mode) => {
      const [first, second] = await resultsOf<Trained>('replica.mjs', 2, [mode]);
      const alone = runChild('children/replica.mjs', [mode]);
      expect(alone.stderr).toBe('');
      const whole = JSON.parse(alone.stdout) as Trained;
      expect(first?.buckets).toBeGreaterThan(2);
      expect(second?.state).toEqual(first?.state);
      expect(Object.keys(first?.state ?? {})).toEqual(Object.keys(whole.state));
      for (const [name, values] of Object.entries(whole.state)) close(first?.state[name] ?? [], values, 1e-5, name);
    },
  );
});

describe('averaged gradients', () => {
  let results: Record<string, unknown>[] = [];
  beforeAll(async () => {
    results = await resultsOf('gradients.mjs', 2);
  });

  test('take one that a rank lacks as zero there, leave out what no rank has, and add up over passes', () => {
    expect(results).toHaveLength(2);
    for (const result of results) {
      expect(result.buckets).toBe(3);
      expect(result.once).toEqual([[1.5, 1.5], [0.5, 0.5], null, null]);
      expect(result.accumulated).toEqual([[10.5, 10.5], [1, 1], null, null]);
      expect(result.nothing).toEqual([null, null, null, null]);
      expect(result.twice).toMatch(/got a gradient twice: call finish\(\)/);
    }
  });

  test('are each rank’s own in accumulate() and after close(), and take networks that are alike', () => {
    const [first, second] = results;
    expect(first?.kept).toEqual([[10, 10], [1, 1], null, null]);
    expect(second?.kept).toEqual([[10, 10], null, null, null]);
    expect(first?.closed).toEqual([[0, 0], [1, 1], null, null]);
    expect(second?.closed).toEqual([[1, 1], null, null, null]);
    expect(first?.unlike).toMatch(/rank 1 has 2 parameters with 8 elements, rank 0 has 2 with 6/);
  });
});

describe('when a rank is lost', () => {
  test('by SIGKILL, the others fail at their next operation, by name', async () => {
    const ranks = await runRanks('victim.mjs', 3, ['killed']);
    expect(ranks[2]?.signal).toBe('SIGKILL');
    for (const rank of [0, 1]) {
      const ended = ranks[rank];
      expect(ended?.code).toBe(1);
      expect(ended?.stderr).toMatch(
        new RegExp(
          `rank ${rank} of 3: all-reduce of gradients, bucket \\d of \\d, of float32.*failed: .*Another rank has ended`,
        ),
      );
      expect((Number(ended?.at) - Number(ranks[2]?.at)) / 1000).toBeLessThan(30);
    }
  });

  test('to something else, the others give up after the timeout', async () => {
    const [first] = await runRanks('victim.mjs', 2, ['late']);
    expect(first?.code).toBe(1);
    expect(first?.stderr).toMatch(/rank 0 of 2: .* failed: .*Within 3 s not every rank took part/);
  });

  test('before it has come at all, the meeting ends after the timeout', async () => {
    const port = await freePort();
    const environment = { RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port) };
    expect(() => joinProcessGroup({ environment, timeoutSeconds: 1 })).toThrow(
      new RegExp(`^rank 1 of 2: meeting the other ranks at 127.0.0.1:${port} failed: .*Within 1 s`),
    );
  });
});

describe('the store where ranks meet', () => {
  test('may be of another libtorch, torchrun’s, and leave them without an answer: they say so within seconds, with the remedy', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    try {
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      const environment = { TORCHELASTIC_USE_AGENT_STORE: 'True' };
      const { code, stderr, seconds } = await startRank('collectives.mjs', 0, { size: 2, port, environment }).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /rank 0 of 2: meeting the other ranks at \S+ failed: no answer within 10 s\. .*torchrun.*another protocol.*TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1/,
      );
      expect(seconds).toBeLessThan(45);
    } finally {
      silent.close();
    }
  });
});

describe('a signal that the process handles itself', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the waiting for ranks that have not come', async (signal) => {
    const rank = startRank('waiting.mjs', 0, { size: 2, port: await freePort(), args: ['join'] });
    await rank.saying('waiting');
    const sending = setInterval(() => rank.process.kill(signal), 500); // the first may come before it waits
    const { code, stdout } = await rank.ended;
    clearInterval(sending);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      new RegExp(`AbortError: rank 0 of 2: meeting the other ranks .* failed: ${signal} asked to end`),
    );
  });

  test('leaves an operation under way to the other rank; a second one ends it', async () => {
    const port = await freePort();
    const start = { size: 2, port, args: ['operation'] };
    const [first, second] = [startRank('waiting.mjs', 0, start), startRank('waiting.mjs', 1, start)];
    await first.saying('waiting');
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(1500);
    first.process.kill('SIGTERM');
    await wait(1000);
    expect(first.process.exitCode).toBeNull();
    const again = setInterval(() => first.process.kill('SIGTERM'), 500); // two that come at once count as one
    const { code, stdout } = await first.ended;
    clearInterval(again);
    second.process.kill('SIGKILL');
    expect(code).toBe(3);
    expect(stdout).toMatch(/AbortError: rank 0 of 2: all-reduce of float32\[1\] failed: SIGTERM asked to end/);
    await second.ended;
  });
});

describe('the environment', () => {
  const full = { RANK: '1', WORLD_SIZE: '4', MASTER_ADDR: 'node0', MASTER_PORT: '29500', LOCAL_RANK: '1' };

  test('describes a rank as torchrun does', () => {
    expect(rendezvousFrom(full)).toEqual({
      rank: 1,
      size: 4,
      localRank: 1,
      host: 'node0',
      port: 29500,
      isServer: false,
      agentHoldsStore: false,
      oneMachine: false,
      prefix: '',
    });
    expect(rendezvousFrom({ ...full, RANK: '0' })?.isServer).toBe(true);
    expect(rendezvousFrom({ ...full, LOCAL_WORLD_SIZE: '4' })?.oneMachine).toBe(true);
    const agent = { ...full, RANK: '0', TORCHELASTIC_USE_AGENT_STORE: 'True', TORCHELASTIC_RESTART_COUNT: '2' };
    expect(rendezvousFrom(agent)).toMatchObject({
      isServer: false,
      agentHoldsStore: true,
      prefix: '/worker/attempt_2',
    });
  });

  test.each([
    [{ RANK: undefined }, 'RANK'],
    [{ RANK: '4' }, 'RANK is "4"; it has to be a whole number from 0 to 3'],
    [{ WORLD_SIZE: 'two' }, 'WORLD_SIZE is "two"'],
    [{ MASTER_ADDR: '' }, 'MASTER_ADDR'],
    [{ MASTER_PORT: '70000' }, 'MASTER_PORT is "70000"'],
    [{ LOCAL_RANK: '-1' }, 'LOCAL_RANK is "-1"'],
  ])('that is wrong by %o is refused by name', (change, message) => {
    expect(() => rendezvousFrom({ ...full, ...change })).toThrow(message);
  });

  test.each([{}, { WORLD_SIZE: '1' }, { WORLD_SIZE: '1', RANK: '0' }])(
    '%o makes a group of one, in which all operations hold',
    (environment) => {
      const group = joinProcessGroup({ environment });
      const value = tensor([1, 2]);
      group.allReduce(value, 'sum');
      group.broadcast(value, 0);
      group.barrier();
      const gathered = group.allGather(value);
      expect([group.rank, group.size, ...value.toArray(), ...gathered.toArray()]).toEqual([0, 1, 1, 2, 1, 2]);
      expect(() => group.broadcast(value, 1)).toThrow('no rank 1');
      group.close();
    },
  );
});

function close(actual: readonly number[], expected: readonly number[], tolerance: number, name = ''): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  expect(worst, name).toBeLessThanOrEqual(tolerance);
}
