import { type Block, count, findNetwork, type NetworkEntry, networks } from '@pocketnet/lab';
import { nn } from '@pocketnet/torch';
import type { Findings } from '../check.js';
import { buildPocketNet } from '../configuration.js';
import type { Fixture } from '../fixture.js';
import type { Json } from '../json.js';

/** Sizes and costs of whole networks, all exact integers: PocketNets by their configuration, others by a name such as iresnet100-512. */
export function counts({ description }: Fixture, findings: Findings): void {
  const side = Number(/x(\d+)$/.exec(description.find('input')?.text() ?? '')?.[1] ?? 112);
  for (const [i, row] of description.get('models').items().entries()) {
    const name = row.find('name')?.text() ?? `row ${i}`;
    const net = row.find('genotype_key') || row.find('genotype') ? buildPocketNet(row) : registered(name, row, side);
    if (net) checkRow(name, net, row, side, findings);
    else findings.notCovered(name, `there is no such network, but ${networks.map((entry) => entry.name).join(', ')}`);
  }
}

/** The network of a row's name; a number after it, as in iresnet100-512, is the width of the embedding. */
function registered(name: string, row: Json, input: number): Block | undefined {
  const [, base = '', width] = /^(.+)-(\d+)$/.exec(name) ?? [];
  const whole = known(name);
  const embedding = row.find('emb')?.number() ?? (whole || width === undefined ? undefined : Number(width));
  return (whole ?? known(base))?.build({ input, ...(embedding !== undefined && { embedding }) });
}

function known(name: string): NetworkEntry | undefined {
  try {
    return findNetwork(name);
  } catch {
    return undefined;
  }
}

function checkRow(name: string, net: Block, row: Json, side: number, findings: Findings): void {
  try {
    const { parameters, macs, flops } = count(net, side);
    const state = [...net.stateDict().values()];
    const buffers = state.filter((tensor) => tensor instanceof nn.Buffer);
    const own = {
      params: parameters,
      state_dict_entries: state.length,
      buffer_scalars: buffers.reduce((total, buffer) => total + buffer.size, 0),
      conv_macs: macs,
      official_flops: flops,
    };
    for (const [field, value] of Object.entries(own)) {
      const expected = row.find(field)?.number();
      if (expected !== undefined) findings.check(`${name}: ${field}`, Math.abs(value - expected), 0);
    }
  } finally {
    net.dispose();
  }
}
