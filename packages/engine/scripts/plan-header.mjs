// Writes c/plan.h, the plan file's description for C, from src/plan/format.ts.
import { writeFileSync } from 'node:fs';
import { planHeader } from '../dist/plan/c-header.js';

writeFileSync(new URL('../c/plan.h', import.meta.url), planHeader());
