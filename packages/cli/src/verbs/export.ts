import { fileEnding } from '../arguments.js';
import { checkNetwork } from '../networks.js';
import { facts, grouped, printResult } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  weights: string;
  network?: string;
  licence?: string;
  out: string;
}

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write a trained network as ONNX',
  define: (command) =>
    command
      .requiredOption(
        '--weights <file>',
        'the weights, .safetensors or .pth',
        fileEnding('.safetensors', '.pth', '.pt'),
      )
      .option('--network <name>', 'which network they are of; by default what the file says')
      .requiredOption('--out <file.onnx>', 'the file to write', fileEnding('.onnx'))
      .option('--licence <text>', "the weights' licence, for the file's metadata")
      .action(run),
};

async function run(options: Options): Promise<void> {
  await checkNetwork(options.network);
  const { exportOnnx } = await import('@pocketnet/lab');
  const { weights, network, out, licence } = options;
  const { bytes, nodes, opset, metadata } = exportOnnx(weights, network, out, licence === undefined ? {} : { licence });
  printResult(options, { out, bytes, nodes, opset, metadata }, () =>
    facts([
      ['written', `${out}, ${grouped(bytes)} bytes`],
      ['graph', `${nodes} nodes, opset ${opset}`],
      ...Object.entries(metadata).filter(([key]) => key !== 'genotype'),
    ]),
  );
}
