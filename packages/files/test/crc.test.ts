import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32, crc32c } from '@pocketnet/files';
import fc from 'fast-check';
import { expect, it } from 'vitest';

it('CRC-32C gives the values of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

it('CRC-32 is that of zlib, for any length and wherever the bytes begin', () => {
  const anywhere = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 7 }));
  fc.assert(fc.property(anywhere, ([bytes, from]) => crc32(bytes.subarray(from)) === zlibCrc32(bytes.subarray(from))));
});
