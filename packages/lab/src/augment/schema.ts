import { createPlanner } from '@pocketnet/data';
import { z } from 'zod';

/**
 * One element of a configuration's list of augmentations. Which there are, what parameters each has and what these may be, the augmentations
 * of @pocketnet/data say themselves.
 */
export const augmentSchema = z
  .object({
    name: z.string().min(1).describe('A registered augmentation, such as flip.'),
    p: z.number().min(0).max(1).exactOptional().describe('Probability that it is applied to an image.'),
  })
  .catchall(z.union([z.number(), z.string()]))
  .superRefine((spec, context) => {
    try {
      createPlanner([spec]);
    } catch (fault) {
      context.addIssue({ code: 'custom', message: fault instanceof Error ? fault.message : String(fault) });
    }
  })
  .describe('An augmentation and its own parameters.');
