import { MessageWriter, readFields, type WireField } from './protobuf.js';

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
export function encodeEvent({ time, step, content }: LogEvent): Uint8Array {
  const event = new MessageWriter().double(1, time);
  // As every proto3 writer, TensorBoard's leaves out a zero.
  if (step !== 0) event.integer(2, step);
  if (content.kind === 'version') return event.text(3, 'brain.Event:2').finish();
  if (content.kind === 'restart')
    return event.message(7, new MessageWriter().integer(1, sessionStart).finish()).finish();
  const value = new MessageWriter().text(1, content.tag);
  if (content.kind === 'scalar') value.float(2, content.value);
  else value.message(9, textPlugin()).message(8, textTensor(content.text));
  return event.message(5, new MessageWriter().message(1, value.finish()).finish()).finish();
}

/** The events in one `Event` message; kinds that are not ours are left out. */
export function decodeEvent(bytes: Uint8Array): LogEvent[] {
  const fields = readFields(bytes);
  const time = doubleOf(fields, 1);
  const step = Number(BigInt.asIntN(64, integerOf(fields, 2)));
  const contents: EventContent[] = [];
  if (bytesOf(fields, 3)) contents.push({ kind: 'version' });
  const session = bytesOf(fields, 7);
  if (session && integerOf(readFields(session), 1) === BigInt(sessionStart)) contents.push({ kind: 'restart' });
  const summary = bytesOf(fields, 5);
  for (const { number, value } of summary ? readFields(summary) : []) {
    const content = number === 1 && value instanceof Uint8Array ? readValue(readFields(value)) : undefined;
    if (content) contents.push(content);
  }
  return contents.map((content) => ({ time, step, content }));
}

/** SummaryMetadata{plugin_data{plugin_name}}: makes TensorBoard show the tensor as text. */
function textPlugin(): Uint8Array {
  return new MessageWriter().message(1, new MessageWriter().text(1, 'text').finish()).finish();
}

/** A string tensor of shape [1]. */
function textTensor(text: string): Uint8Array {
  const shape = new MessageWriter().message(2, new MessageWriter().integer(1, 1).finish()).finish();
  return new MessageWriter().integer(1, stringType).message(2, shape).text(8, text).finish();
}

function readValue(fields: WireField[]): EventContent | undefined {
  const tag = textOf(fields, 1);
  const scalar = bytesOf(fields, 2);
  if (scalar) return { kind: 'scalar', tag, value: viewOf(scalar).getFloat32(0, true) };
  const tensor = bytesOf(fields, 8);
  return tensor && { kind: 'text', tag, text: textOf(readFields(tensor), 8) };
}

function bytesOf(fields: WireField[], number: number): Uint8Array | undefined {
  const value = fields.find((field) => field.number === number)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

function integerOf(fields: WireField[], number: number): bigint {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

function doubleOf(fields: WireField[], number: number): number {
  const bytes = bytesOf(fields, number);
  return bytes?.length === 8 ? viewOf(bytes).getFloat64(0, true) : 0;
}

function textOf(fields: WireField[], number: number): string {
  return new TextDecoder().decode(bytesOf(fields, number));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
