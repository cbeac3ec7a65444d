/** Whether this is Node, and no browser. */
export const isNode = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined;
