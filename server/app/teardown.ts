type Step = () => Promise<void> | void;

/** What must be closed, pushed as soon as it exists. */
export class Teardown {
  readonly #steps: Step[] = [];

  push(step: Step): void {
    this.#steps.push(step);
  }

  /** Closes what was opened, the newest first, each once. One part that cannot close does not keep the others open. */
  async run(onFailure: (cause: unknown) => void): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (cause) {
        onFailure(cause);
      }
    }
  }
}
