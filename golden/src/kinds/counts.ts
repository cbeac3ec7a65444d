import { count } from '@pocketnet/lab';
import { nn } from '@pocketnet/torch';
import type { Findings } from '../check.js';
import { buildPocketNet } from '../configuration.js';
import type { Fixture } from '../fixture.js';
import type { Json } from '../json.js';

/** Sizes and costs of whole networks, all exact integers; a row is covered when it describes a PocketNet. */
export function counts({ description }: Fixture, findings: Findings): void {
  const side = Number(/x(\d+)$/.exec(description.find('input')?.text() ?? '')?.[1] ?? 112);
  for (const [i, row] of description.get('models').items().entries()) {
    const name = row.find('name')?.text() ?? `row ${i}`;
    if (row.find('genotype_key') || row.find('genotype')) checkRow(name, row, side, findings);
    else findings.notCovered(name, 'this network is not built yet');
  }
}

function checkRow(name: string, row: Json, side: number, findings: Findings): void {
  const net = buildPocketNet(row);
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
