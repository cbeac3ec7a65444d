import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

// Field numbers: tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto

/** What one event of ours holds. */
export type EventContent =
  | { kind: 'version' }
  | { kind: 'scalar'; tag: string; value: number }
  | { kind: 'text'; tag: string; text: string }
  /** Tells TensorBoard that the run went on from here: later steps written before are to be forgotten. */
  | { kind: 'restart' };

/** One event: seconds since 1970, the training step, and what happened. */
export interface LogEvent {
  time: number;
  step: number;
  content: EventContent;
}

const stringType = 7;
const sessionStart = 1;

/** The bytes of an `Event` message. */
export function encodeEvent({ time, step, content }: LogEvent): Uint8Array<ArrayBuffer> {
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(time);
  // As every proto3 writer, TensorBoard's leaves out a zero.
  if (step !== 0) event.tag(2, WireType.Varint).int64(step);
  if (content.kind === 'version') text(event, 3, 'brain.Event:2');
  else if (content.kind === 'restart') message(event, 7, (log) => log.tag(1, WireType.Varint).int32(sessionStart));
  else message(event, 5, (summary) => message(summary, 1, (value) => writeValue(value, content)));
  return event.finish();
}

/** A `Summary.Value`. */
function writeValue(value: BinaryWriter, content: Extract<EventContent, { tag: string }>): void {
  text(value, 1, content.tag);
  if (content.kind === 'scalar') {
    value.tag(2, WireType.Bit32).float(content.value);
    return;
  }
  // SummaryMetadata{plugin_data{plugin_name}} makes TensorBoard show the tensor, strings of shape [1], as text.
  message(value, 9, (metadata) => message(metadata, 1, (plugin) => text(plugin, 1, 'text')));
  message(value, 8, (tensor) => {
    tensor.tag(1, WireType.Varint).int32(stringType);
    message(tensor, 2, (shape) => message(shape, 2, (side) => side.tag(1, WireType.Varint).int64(1)));
    text(tensor, 8, content.text);
  });
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => unknown): void {
  write(writer.tag(field, WireType.LengthDelimited).fork());
  writer.join();
}

/** The events in one `Event` message; kinds that are not ours are left out. */
export function decodeEvent(bytes: Uint8Array): LogEvent[] {
  let [time, step] = [0, 0];
  const contents: EventContent[] = [];
  eachField(bytes, {
    1: (reader) => (time = reader.double()),
    2: (reader) => (step = Number(reader.int64())),
    3: (reader) => reader.string() && contents.push({ kind: 'version' }),
    7: (reader) =>
      eachField(reader.bytes(), { 1: (log) => log.int32() === sessionStart && contents.push({ kind: 'restart' }) }),
    5: (reader) => eachField(reader.bytes(), { 1: (summary) => contents.push(...readValue(summary.bytes())) }),
  });
  return contents.map((content) => ({ time, step, content }));
}

function readValue(bytes: Uint8Array): EventContent[] {
  let tag = '';
  const found: ((tag: string) => EventContent)[] = [];
  eachField(bytes, {
    1: (reader) => (tag = reader.string()),
    2: (reader) => {
      const value = reader.float();
      found.push((tag) => ({ kind: 'scalar', tag, value }));
    },
    8: (reader) =>
      eachField(reader.bytes(), {
        8: (tensor) => {
          const text = tensor.string();
          found.push((tag) => ({ kind: 'text', tag, text }));
        },
      }),
  });
  return found.map((content) => content(tag));
}

/** Reads a message's fields by their numbers; others are skipped. */
function eachField(bytes: Uint8Array, fields: Readonly<Record<number, (reader: BinaryReader) => unknown>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const read = fields[number];
    if (read) read(reader);
    else reader.skip(wire, number);
  }
}
