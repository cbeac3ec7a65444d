/** What people come to this package's command to do, and the headings in `pocketnet --help`. */
export const appTasks = { faces: 'Faces in photos:' } as const;

export type AppTask = keyof typeof appTasks;
