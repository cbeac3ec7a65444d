import type { ImageKind } from '../images/index.js';
import { finderHere, pipelineHere } from '../pipeline/here.js';
import type { Finder, Pipeline } from '../pipeline/pipeline.js';
import { hasClose } from './frames.js';
import { type Answer, type Ask, type Calls, sentError } from './messages.js';

/** The worker's end of the line. */
export interface Port {
  postMessage(message: Answer, transfer: ArrayBuffer[]): void;
  onAsk(listener: (ask: Ask) => void): void;
}

/** Answers what the main thread asks, one after the other. */
export function serve(port: Port, kinds: readonly ImageKind[]): void {
  let finder: Finder | undefined;
  let pipeline: Pipeline | undefined;
  const opened = <T>(part: T | undefined): T => {
    if (!part) throw new Error('The worker was asked before it was opened.');
    return part;
  };
  const answer = async (asked: Ask): Promise<{ value: Calls[Ask['call']]['answer']; transfer: ArrayBuffer[] }> => {
    switch (asked.call) {
      case 'open': {
        const { strict, ...options } = asked.ask;
        pipeline = await pipelineHere({ ...options, engine: strict ? 'strict' : 'fastest' }, kinds);
        finder = pipeline;
        const { model, calibration, metadata } = pipeline;
        return { value: { model, calibration, metadata }, transfer: [] };
      }
      case 'openFinder': {
        const { strict, ...options } = asked.ask;
        finder = await finderHere({ ...options, engine: strict ? 'strict' : 'fastest' }, kinds);
        return { value: undefined, transfer: [] };
      }
      case 'detect': {
        const { image, options } = asked.ask;
        try {
          const value = await opened(finder).detect(image, options);
          return { value, transfer: value.map(({ crop }) => crop.data.buffer) };
        } finally {
          if (hasClose(image)) image.close(); // a frame's copy, which was given to this worker
        }
      }
      case 'embed': {
        const { vector } = await opened(pipeline).embed(asked.ask);
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
