/** One field of a protobuf message as it stands on the wire; integers are varints. */
export interface WireField {
  number: number;
  value: bigint | Uint8Array;
}

/** Builds a protobuf message field by field (https://protobuf.dev/programming-guides/encoding/). */
export class MessageWriter {
  private readonly bytes: number[] = [];

  integer(field: number, value: number | bigint): this {
    this.varint(BigInt(field << 3));
    return this.varint(BigInt.asUintN(64, BigInt(value)));
  }

  double(field: number, value: number): this {
    this.varint(BigInt((field << 3) | 1));
    return this.raw(new Uint8Array(new Float64Array([value]).buffer));
  }

  float(field: number, value: number): this {
    this.varint(BigInt((field << 3) | 5));
    return this.raw(new Uint8Array(new Float32Array([value]).buffer));
  }

  text(field: number, value: string): this {
    return this.message(field, new TextEncoder().encode(value));
  }

  /** An inner message, or bytes. */
  message(field: number, inner: Uint8Array): this {
    this.varint(BigInt((field << 3) | 2));
    this.varint(BigInt(inner.length));
    return this.raw(inner);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }

  private raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  private varint(value: bigint): this {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.bytes.push(Number(rest & 0x7fn) | 0x80);
    this.bytes.push(Number(rest));
    return this;
  }
}

/** The fields of a message in their order; fixed-width ones as their bytes. Throws where it is truncated. */
export function readFields(bytes: Uint8Array): WireField[] {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`a protobuf integer at byte ${at} is damaged`);
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error(`a protobuf field at byte ${at} is truncated`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const fields: WireField[] = [];
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const number = tag >>> 3;
    if (wire === 0) fields.push({ number, value: varint() });
    else if (wire === 1) fields.push({ number, value: take(8) });
    else if (wire === 2) fields.push({ number, value: take(Number(varint())) });
    else if (wire === 5) fields.push({ number, value: take(4) });
    else throw new Error(`a protobuf field at byte ${at} is of the unknown wire type ${wire}`);
  }
  return fields;
}
