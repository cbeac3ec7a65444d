import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { DTYPES, type Dtype, dtypeOfCode, type TensorData } from '../graph/dtype.js';
import { elementCount, type Tensor } from '../graph/tensor.js';

// Typed arrays have the machine's byte order and raw_data is little-endian: the same on all machines Node runs on
// but s390x, which is not supported.

/** A constant as ONNX stores it: dims, dtype and the raw little-endian bytes. */
export function encodeTensor(name: string, { dtype, shape, data }: Tensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: DTYPES[dtype].code,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>,
  });
}

/** Reads a constant from `raw_data` or the typed fields of older files. Nothing is allocated beyond what the file holds. */
export function decodeTensor(proto: TensorProto, where: string): Tensor {
  const dtype = dtypeOfCode(proto.dataType);
  if (!dtype) throw new Error(`${where} has elements of type ${typeName(proto.dataType)}, which is not supported.`);
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL)
    throw new Error(
      `${where} keeps its data in another file. Open the model by its path, or save it with its data inside.`,
    );
  const shape = proto.dims.map(Number);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new Error(`${where} has the shape [${proto.dims}]; sizes must be whole numbers from 0.`);
  const data = proto.rawData.length > 0 ? rawData(dtype, proto.rawData, where) : fieldData(dtype, proto);
  const count = elementCount(shape);
  if (data.length !== count)
    throw new Error(
      `${where} of shape [${shape}] holds ${data.length} values; it needs ${count}. The file is damaged.`,
    );
  return { dtype, shape, data };
}

/** ONNX's name of an element type's number. */
export function typeName(code: number): string {
  return TensorProto_DataType[code] ?? String(code);
}

function rawData(dtype: Dtype, raw: Uint8Array, where: string): TensorData {
  const { array } = DTYPES[dtype];
  if (raw.length % array.BYTES_PER_ELEMENT !== 0)
    throw new Error(
      `${where} of ${dtype} holds ${raw.length} bytes, which is not a whole number of values. The file is damaged.`,
    );
  return new array(new Uint8Array(raw).buffer); // copied, so that it is aligned and keeps no file in memory
}

function fieldData(dtype: Dtype, proto: TensorProto): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data);
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data);
    case 'uint32':
      return Uint32Array.from(proto.uint64Data, Number);
    default:
      // The small integers, bool and the bits of 16-bit floats share one field.
      return DTYPES[dtype].array.from(proto.int32Data);
  }
}
