import { createRunProcess } from '../../agent/tasks/checks/process.ts';

/** Run with the name of a process: prints what a check for it finds, as JSON. */
process.stdout.write(JSON.stringify(await createRunProcess()(process.argv[2] ?? '')));
