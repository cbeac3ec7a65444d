import { note } from './output.js';

/**
 * Does work that Ctrl-C may end at any moment, since what is done is kept: then the command says so and ends with 130.
 *
 * @param sentence what is kept, and how to go on
 */
export async function interruptible<T>(sentence: string, work: () => Promise<T>): Promise<T> {
  const stop = (): never => {
    note(`\n${sentence}`);
    process.exit(130);
  };
  process.once('SIGINT', stop);
  try {
    return await work();
  } finally {
    process.off('SIGINT', stop);
  }
}
