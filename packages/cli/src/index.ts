export { main, program } from './main.js';
export { type Action, type Task, tasks, type Verb } from './verb.js';
export { verbs } from './verbs/index.js';
