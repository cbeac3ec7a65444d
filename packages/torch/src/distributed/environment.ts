/** Where the ranks meet, as torchrun tells its processes by environment variables. */
export interface Rendezvous {
  rank: number;
  size: number;
  /** This process's place among those of its machine: the number of its GPU. */
  localRank: number;
  host: string;
  port: number;
  /** Whether this rank holds the store that the others meet at. Under torchrun its agent may do that. */
  isServer: boolean;
  /** Whether torchrun's agent holds it: a process of another libtorch, perhaps. */
  agentHoldsStore: boolean;
  /** Whether all ranks are on this machine, as LOCAL_WORLD_SIZE tells. */
  oneMachine: boolean;
  /** In front of every key of the store: an agent outlives its workers, whose later generations must not read what earlier ones wrote. */
  prefix: string;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and LOCAL_RANK.
 * @returns null for a process on its own: WORLD_SIZE unset or 1
 * @throws an Error that names the variable
 */
export function rendezvousFrom(environment: Environment): Rendezvous | null {
  if (!environment.WORLD_SIZE) return null;
  const size = wholeNumber(environment, 'WORLD_SIZE', 1, 2 ** 20);
  if (size === 1) return null;
  const rank = wholeNumber(environment, 'RANK', 0, size - 1);
  const host = environment.MASTER_ADDR;
  if (!host) throw new Error(missing('MASTER_ADDR', 'the host of rank 0'));
  const port = wholeNumber(environment, 'MASTER_PORT', 1, 65535);
  const localRank = environment.LOCAL_RANK ? wholeNumber(environment, 'LOCAL_RANK', 0, size - 1) : 0;
  const oneMachine = environment.LOCAL_WORLD_SIZE === environment.WORLD_SIZE;
  const hasAgent = environment.TORCHELASTIC_USE_AGENT_STORE === 'True';
  const prefix = hasAgent ? `/worker/attempt_${environment.TORCHELASTIC_RESTART_COUNT ?? 0}` : '';
  return {
    rank,
    size,
    localRank,
    host,
    port,
    isServer: rank === 0 && !hasAgent,
    agentHoldsStore: hasAgent,
    oneMachine,
    prefix,
  };
}

function wholeNumber(environment: Environment, name: string, from: number, to: number): number {
  const text = environment[name];
  if (!text) throw new Error(missing(name, `a whole number from ${from} to ${to}`));
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new Error(`The environment variable ${name} is "${text}"; it has to be a whole number from ${from} to ${to}.`);
}

const missing = (name: string, meaning: string): string =>
  `WORLD_SIZE says that there are other ranks, but the environment variable ${name} (${meaning}) is not set. ` +
  '`pocketnet launch`, torchrun, and the scripts of docs/distributed.md set it.';
