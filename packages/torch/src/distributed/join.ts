import { native } from '../native.js';
import { requireDevice } from '../runtime.js';
import { rendezvousFrom } from './environment.js';
import { ConnectedGroup, GroupOfOne, type ProcessGroup } from './process-group.js';

export interface JoinOptions {
  /** `cpu` (default) takes Gloo; `cuda` takes NCCL and the GPU numbered LOCAL_RANK; `cuda:1` takes that GPU. */
  device?: string;
  /** How long any operation, this one included, waits for the others; 30 minutes by default, as torch has it. */
  timeoutSeconds?: number;
  /** Instead of this process's own environment. */
  environment?: Record<string, string | undefined>;
}

const HALF_AN_HOUR = 1800;

/**
 * Joins the process group that the environment describes by torchrun's variables: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and
 * LOCAL_RANK. Returns when all ranks are there. Without WORLD_SIZE, or with 1, this process is a group of one. GLOO_SOCKET_IFNAME names
 * the network interface, or several by comma, where the host's own name does not lead to the right one.
 * @throws an Error for a device that this engine cannot compute on, for a variable that is missing or no number, when not all ranks come in
 * time, and after seconds when the store takes the connection and does not answer, as torchrun's does to another version of libtorch; an
 * AbortError when SIGINT or SIGTERM arrives meanwhile
 */
export function joinProcessGroup(options: JoinOptions = {}): ProcessGroup {
  const { device = 'cpu', timeoutSeconds = HALF_AN_HOUR, environment = process.env } = options ?? {};
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 1e9)) {
    throw new Error(`timeoutSeconds is a number of seconds above 0, not ${String(timeoutSeconds)}.`);
  }
  const rendezvous = rendezvousFrom(environment);
  requireDevice(device);
  if (rendezvous === null) return new GroupOfOne(device);
  const { rank, size, localRank } = rendezvous;
  const place = device === 'cuda' ? `cuda:${localRank}` : device;
  const joined = native.joinGroup({
    ...rendezvous,
    device: place,
    timeoutMs: Math.ceil(timeoutSeconds * 1000),
    // Ranks of one machine need no name of it that a resolver knows.
    interfaces: environment.GLOO_SOCKET_IFNAME ?? (rendezvous.oneMachine ? 'lo' : ''),
  });
  return new ConnectedGroup(joined, rank, size, place);
}
