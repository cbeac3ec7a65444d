/** Between the tabs of this page: browsers let one of them at a time write the people's files. */
const channel = new BroadcastChannel('pocketnet people');

type Message = 'give' | 'given';

/** How long a tab may take to close its files. One that has none does not answer. */
const PATIENCE = 2000;

/** Asks the tab that has the people to give them up. @returns when it has; where no tab has them, after a while */
export function askForPeople(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(patience);
      channel.removeEventListener('message', hear);
      resolve();
    };
    const hear = ({ data }: MessageEvent<Message>): void => {
      if (data === 'given') done();
    };
    const patience = setTimeout(done, PATIENCE);
    channel.addEventListener('message', hear);
    channel.postMessage('give' satisfies Message);
  });
}

/** @param give closes the files, if this tab has them open, and says whether it had */
export function whenAskedForPeople(give: () => Promise<boolean>): void {
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data !== 'give') return;
    void give().then((had) => {
      if (had) channel.postMessage('given' satisfies Message);
    });
  });
}
