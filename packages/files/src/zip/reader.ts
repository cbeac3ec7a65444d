import { crc32 } from '../crc.js';
import { FileError } from '../file-error.js';

// PKWARE APPNOTE 6.3.9: a directory at the end of the file lists the entries; torch.save stores them uncompressed.

interface ZipEntry {
  name: string;
  method: number;
  crc: number;
  begin: number;
  end: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const unset32 = 0xffffffff;

/** A zip file of stored (uncompressed) entries, zip64 included. Entries are views of the file: nothing is copied. */
export class ZipArchive {
  private readonly view: DataView;
  private readonly entries = new Map<string, ZipEntry>();

  /** @throws FileError where the directory is damaged, or entries are compressed, encrypted or overlap */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.readDirectory();
    this.refuseOverlaps();
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The bytes of one entry, checked against its CRC. */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    if (!entry) throw this.fail(`has no entry "${name}"; it is incomplete`);
    if (entry.method !== 0) {
      throw this.fail(
        `entry "${name}" is compressed (method ${entry.method}), which is not read; torch.save stores: save it again with PyTorch`,
      );
    }
    const data = this.bytes.subarray(entry.begin, entry.end);
    // PyTorch can be told to leave the sum out (torch.serialization.set_crc32_options); it then writes 0.
    if (entry.crc !== 0 && crc32(data) !== entry.crc) throw this.fail(`entry "${name}" is damaged (CRC-32 differs)`);
    return data;
  }

  private readDirectory(): void {
    const { offset, count } = this.findDirectory();
    let at = offset;
    for (let i = 0; i < count; i++) {
      this.need(at, 46);
      if (this.view.getUint32(at, true) !== entrySignature) throw this.fail(`zip directory entry ${i} is damaged`);
      const nameLength = this.view.getUint16(at + 28, true);
      const extraLength = this.view.getUint16(at + 30, true);
      const commentLength = this.view.getUint16(at + 32, true);
      this.need(at, 46 + nameLength + extraLength + commentLength);
      const entry = this.readEntry(at, nameLength, extraLength);
      if (this.entries.has(entry.name)) throw this.fail(`has two entries named "${entry.name}"`);
      this.entries.set(entry.name, entry);
      at += 46 + nameLength + extraLength + commentLength;
    }
  }

  private findDirectory(): { offset: number; count: number } {
    const lowest = Math.max(0, this.bytes.length - 22 - 0xffff);
    for (let at = this.bytes.length - 22; at >= lowest; at--) {
      if (this.view.getUint32(at, true) !== endSignature) continue;
      const locator = at - 20;
      if (locator >= 0 && this.view.getUint32(locator, true) === locator64Signature) {
        return this.readEnd64(this.uint64(locator + 8));
      }
      return { offset: this.view.getUint32(at + 16, true), count: this.view.getUint16(at + 10, true) };
    }
    throw this.fail('has no zip directory at its end; it is truncated');
  }

  private readEnd64(at: number): { offset: number; count: number } {
    this.need(at, 56);
    if (this.view.getUint32(at, true) !== end64Signature) throw this.fail('its zip64 directory is damaged');
    return { count: this.uint64(at + 32), offset: this.uint64(at + 48) };
  }

  private readEntry(at: number, nameLength: number, extraLength: number): ZipEntry {
    const name = new TextDecoder().decode(this.bytes.subarray(at + 46, at + 46 + nameLength));
    if (this.view.getUint16(at + 8, true) & 1) throw this.fail(`entry "${name}" is encrypted`);
    const method = this.view.getUint16(at + 10, true);
    let size = this.view.getUint32(at + 20, true);
    let header = this.view.getUint32(at + 42, true);
    const original = this.view.getUint32(at + 24, true);
    if (original === unset32 || size === unset32 || header === unset32) {
      // The zip64 field holds only the values that did not fit, in this order: original size, stored size, offset.
      let wide = this.findExtra(at + 46 + nameLength, extraLength, name);
      if (original === unset32) wide += 8;
      if (size === unset32) [size, wide] = [this.uint64(wide), wide + 8];
      if (header === unset32) header = this.uint64(wide);
    }
    const begin = this.dataStart(header, name);
    if (begin + size > this.bytes.length) throw this.fail(`entry "${name}" reaches past the end; it is truncated`);
    return { name, method, crc: this.view.getUint32(at + 16, true), begin, end: begin + size };
  }

  private findExtra(at: number, length: number, name: string): number {
    for (let field = at; field + 4 <= at + length; field += 4 + this.view.getUint16(field + 2, true)) {
      if (this.view.getUint16(field, true) === 1) return field + 4;
    }
    throw this.fail(`entry "${name}" lacks its zip64 sizes`);
  }

  private dataStart(header: number, name: string): number {
    this.need(header, 30);
    if (this.view.getUint32(header, true) !== localSignature) throw this.fail(`the header of "${name}" is damaged`);
    return header + 30 + this.view.getUint16(header + 26, true) + this.view.getUint16(header + 28, true);
  }

  /** Overlapping entries are how a small file claims to hold much. */
  private refuseOverlaps(): void {
    let last = 0;
    for (const entry of [...this.entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
      if (entry.begin < last) throw this.fail(`entry "${entry.name}" overlaps another one`);
      last = entry.end;
    }
  }

  private uint64(at: number): number {
    this.need(at, 8);
    return Number(this.view.getBigUint64(at, true));
  }

  private need(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.bytes.length)) throw this.fail('its zip directory points outside the file');
  }

  private fail(problem: string): FileError {
    return new FileError(this.file, problem);
  }
}
