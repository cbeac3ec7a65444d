// Many photos: found, shared among the cores, and kept in a journal, so that work that was killed goes on where it was.
export { Journal, withJournal } from './journal.js';
export { photosIn } from './photos.js';
export { openDetectorPool, openPool, type Pool } from './pool.js';
