// Prints how many pages of 4 KiB five large tensors, one after the other, fetch anew after a first one, as a part of one tensor's.
import { ops, scope } from '@pocketnet/torch';

const megabytes = 64;
const use = () => scope(() => ops.ones([megabytes << 18]));
use();
const before = process.resourceUsage().minorPageFault;
for (let i = 0; i < 5; i++) use();
console.log((process.resourceUsage().minorPageFault - before) / ((megabytes << 20) / 4096));
