type Log = (line: string) => void;
export function buildEngineAddon(log: Log): Promise<'up to date' | 'built' | 'not built'>;
export function buildAddon(log: Log): Promise<'up to date' | 'built'>;
