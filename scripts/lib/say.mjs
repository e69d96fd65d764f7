/** Progress goes to standard error, so that a command which prints a secret keeps standard output to itself. */

/** Tells the person at the terminal what is being done. @param {string} sentence */
export function say(sentence) {
  process.stderr.write(`vigia: ${sentence}\n`);
}

/** An expected failure: its message is the whole story, so it is shown without a stack. */
export class SetupError extends Error {}

/**
 * Runs a command-line entry point: a SetupError becomes one sentence and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
