import { availableParallelism } from 'node:os';

/** A job of equal parts: `nproc` ranks on each of `nodes` machines. */
export interface Layout {
  /** Ranks on this machine. */
  nproc: number;
  nodes: number;
  /** Index of this machine, from 0. */
  nodeRank: number;
  masterAddress: string;
  masterPort: number;
}

/** The environment variables that torchrun would set for local rank `localRank`. */
export function environmentOf(layout: Layout, localRank: number, inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { nproc, nodes, nodeRank, masterAddress, masterPort } = layout;
  return {
    // Threads that wait for one another are worth nothing when there are more of them than cores.
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(availableParallelism() / nproc))),
    ...inherited,
    RANK: String(nodeRank * nproc + localRank),
    LOCAL_RANK: String(localRank),
    WORLD_SIZE: String(nodes * nproc),
    LOCAL_WORLD_SIZE: String(nproc),
    GROUP_RANK: String(nodeRank),
    MASTER_ADDR: masterAddress,
    MASTER_PORT: String(masterPort),
  };
}
