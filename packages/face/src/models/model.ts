import { isPlan } from '@pocketnet/engine/plan';

/** A compiled network: the bytes of a `.pnet` file. */
export type ModelBytes = Uint8Array | ArrayBuffer;

const GIVE =
  'Give the bytes of a .pnet file: in Node await readFile(path), in a page fetch(address).then((answer) => answer.arrayBuffer()).';

/** The bytes of a plan. @throws an Error that says what was given in its place, and what to give */
export function planBytes(model: ModelBytes, role: 'detector' | 'embedder'): Uint8Array {
  const bytes = bytesOf(model);
  if (!bytes) throw new TypeError(`The ${role} is ${kindOf(model)}. ${GIVE}`);
  if (isPlan(bytes)) return bytes;
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart();
  if (bytes.length === 0) throw new Error(`The ${role} is empty, 0 bytes. ${GIVE}`);
  if (start.startsWith('<'))
    throw new Error(`The ${role} is a web page, not a .pnet file: check the address that it is fetched from.`);
  throw new Error(
    `The ${role} is no compiled network: it does not begin with "PNET". An ONNX model is compiled first: pocketnet compile MODEL.onnx --out MODEL.pnet (of @pocketnet/cli).`,
  );
}

const bytesOf = (model: unknown): Uint8Array | undefined =>
  model instanceof Uint8Array ? model : model instanceof ArrayBuffer ? new Uint8Array(model) : undefined;

const kindOf = (value: unknown): string =>
  typeof value === 'string'
    ? `the text ${JSON.stringify(value)}`
    : `a ${(value as object | null)?.constructor?.name ?? String(value)}`;
