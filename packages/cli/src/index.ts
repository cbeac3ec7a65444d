export { main } from './main.js';
export { type Action, type Task, tasks, type Verb } from './verb.js';
export { dataVerbs } from './verbs/data/index.js';
export { verbs } from './verbs/index.js';
