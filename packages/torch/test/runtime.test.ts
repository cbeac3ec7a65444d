import { engineInfo, joinProcessGroup, requireDevice } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';

describe('a device', () => {
  test('that every engine has is the processor', () => {
    expect(() => requireDevice('cpu')).not.toThrow();
    expect(joinProcessGroup({ device: 'cpu', environment: {} }).device).toBe('cpu');
  });

  test.each(['CPU', 'gpu', 'cuda:', 'cuda:-1', 'cuda:0 ', 'mps', ''])('called %j is refused by its name', (device) => {
    expect(() => requireDevice(device)).toThrow(`There is no device '${device}': name cpu, cuda or cuda:1.`);
    expect(() => joinProcessGroup({ device, environment: {} })).toThrow(`'${device}'`);
  });

  test.skipIf(engineInfo().cuda).each(['cuda', 'cuda:1'])(
    '%s is refused where no GPU is, with what to do',
    (device) => {
      expect(() => requireDevice(device)).toThrow(/needs a GPU and a libtorch with CUDA.*Use the device cpu/s);
      expect(() => joinProcessGroup({ device, environment: {} })).toThrow('needs a GPU');
    },
  );

  test.runIf(engineInfo().cuda)('cuda is there where the engine finds a GPU', () => {
    expect(() => requireDevice('cuda')).not.toThrow();
    expect(joinProcessGroup({ device: 'cuda', environment: {} }).device).toBe('cuda');
  });
});
