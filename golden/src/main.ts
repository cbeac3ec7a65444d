// Checks our numbers against a folder of fixtures that the original code computed.
import { command } from './command.js';

process.exitCode = command(process.argv.slice(2), console);
