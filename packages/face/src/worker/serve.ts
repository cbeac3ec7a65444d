import type { ImageKind } from '../images/index.js';
import { pipelineHere } from '../pipeline/here.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { hasClose } from './frames.js';
import { type Answer, type Ask, type Calls, sentError } from './messages.js';

/** The worker's end of the line. */
export interface Port {
  postMessage(message: Answer, transfer: ArrayBuffer[]): void;
  onAsk(listener: (ask: Ask) => void): void;
}

/** Answers what the main thread asks, one after the other. */
export function serve(port: Port, kinds: readonly ImageKind[]): void {
  let pipeline: Pipeline | undefined;
  const opened = (): Pipeline => {
    if (!pipeline) throw new Error('The worker was asked before it was opened.');
    return pipeline;
  };
  const answer = async (asked: Ask): Promise<{ value: Calls[Ask['call']]['answer']; transfer: ArrayBuffer[] }> => {
    switch (asked.call) {
      case 'open': {
        const { strict, ...options } = asked.ask;
        pipeline = await pipelineHere({ ...options, engine: strict ? 'strict' : 'fastest' }, kinds);
        const { model, calibration, metadata } = pipeline;
        return { value: { model, calibration, metadata }, transfer: [] };
      }
      case 'detect': {
        const { image, options } = asked.ask;
        try {
          const value = await opened().detect(image, options);
          return { value, transfer: value.map(({ crop }) => crop.data.buffer) };
        } finally {
          if (hasClose(image)) image.close(); // a frame's copy, which was given to this worker
        }
      }
      case 'embed': {
        const { vector } = await opened().embed(asked.ask);
        return { value: vector, transfer: [] };
      }
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  port.onAsk((asked) => {
    last = last.then(async () => {
      try {
        const { value, transfer } = await answer(asked);
        port.postMessage({ id: asked.id, value }, transfer);
      } catch (error) {
        port.postMessage({ id: asked.id, error: sentError(error) }, []);
      }
    });
  });
}
