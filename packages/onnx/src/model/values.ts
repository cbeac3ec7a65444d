import { create } from '@bufbuild/protobuf';
import {
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { DTYPES, dtypeOfCode } from '../graph/dtype.js';
import type { Dim, ValueInfo } from '../graph/graph.js';
import { typeName } from './tensors.js';

export function encodeValue({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: DTYPES[dtype].code,
    ...(shape ? { shape: create(TensorShapeProtoSchema, { dim: shape.map(encodeDim) }) } : {}),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  });
}

/** A value's type and shape; undefined if the file gives no type. */
export function decodeValue(proto: ValueInfoProto): ValueInfo | undefined {
  const type = proto.type?.value;
  if (!type?.case) return undefined;
  if (type.case !== 'tensorType')
    throw new Error(
      `The value "${proto.name}" is a ${type.case.replace('Type', '')}; only dense tensors are supported.`,
    );
  const dtype = dtypeOfCode(type.value.elemType);
  if (!dtype) {
    const elements = typeName(type.value.elemType);
    throw new Error(`The value "${proto.name}" has elements of type ${elements}, which is not supported.`);
  }
  return { name: proto.name, dtype, shape: type.value.shape?.dim.map(decodeDim) ?? null };
}

function encodeDim(dim: Dim): TensorShapeProto_Dimension {
  if (dim === null) return create(TensorShapeProto_DimensionSchema);
  const value =
    typeof dim === 'string'
      ? { case: 'dimParam' as const, value: dim }
      : { case: 'dimValue' as const, value: BigInt(dim) };
  return create(TensorShapeProto_DimensionSchema, { value });
}

/** Unsaid, empty and negative sizes (which some writers use for "any") all mean "nothing is said". */
function decodeDim({ value }: TensorShapeProto_Dimension): Dim {
  if (value.case === 'dimParam') return value.value === '' ? null : value.value;
  if (value.case === 'dimValue') return value.value < 0n ? null : Number(value.value);
  return null;
}
