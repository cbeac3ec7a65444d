import { writeFileAtomic } from '@pocketnet/files/node';
import { encodeModel } from '@pocketnet/onnx';
import { loadNetwork } from '../networks/index.js';
import { exportNetwork } from './network.js';

/** ONNX's operator set: the oldest that all of today's runtimes and tools are tested with. */
const opset = 17;

export interface ExportedFile {
  /** Size of the file. */
  bytes: number;
  nodes: number;
  opset: number;
  metadata: Record<string, string>;
}

export interface ExportFileOptions {
  /** Licence of the weights, for the metadata; by default what the weights' file says. */
  licence?: string;
}

/**
 * Writes trained weights, of any file that `loadNetwork` reads, as ONNX: whole or not at all.
 *
 * @param networkName which network they are of; by default what the file's metadata or its shapes say
 * @throws an Error that names the file, when the weights cannot be read or do not fit
 */
export function exportOnnx(
  weightsPath: string,
  networkName: string | undefined,
  outPath: string,
  options: ExportFileOptions = {},
): ExportedFile {
  const { network, entry, embedding, input, classes, metadata: known } = loadNetwork(weightsPath, networkName);
  try {
    const { data, frame, step } = known;
    const licence = options.licence ?? known.licence;
    const { graph, metadata } = exportNetwork(network, {
      name: entry.name,
      embedding,
      input,
      ...(frame !== undefined && { frame }),
      ...(data !== undefined && { data }),
      ...(step !== undefined && { step }),
      ...(classes !== undefined && { classes }),
      ...(licence !== undefined && { licence }),
    });
    const bytes = encodeModel(graph, { opset, metadata });
    writeFileAtomic(outPath, bytes);
    return { bytes: bytes.length, nodes: graph.nodes.length, opset, metadata };
  } finally {
    network.dispose();
  }
}
