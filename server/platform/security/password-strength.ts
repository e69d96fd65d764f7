import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { weaknesses } from '../../../protocol/said/refusals/trust.ts';

/** Finds passwords that are long enough and still among the first that somebody would try. */
export interface PasswordStrength {
  /** Why the password is soon guessed, or null. `about`: what anybody knows of its owner, such as the name. */
  weakness(password: string, about: readonly string[]): Promise<Weakness | null>;
}

/** Of 0..4; 3 is more than 10^8 guesses, which argon2id at 46 MiB makes a matter of months on a rented machine. */
const LEAST_SCORE = 3;
/** The estimate takes longer with the length, and what is weak begins weakly. */
const MAX_ESTIMATED_LENGTH = 40;
/** Words of ours that stand on the page where the password is typed. */
const ownWords = ['vigia', 'password', 'monitoring'];

type Weakness = (typeof weaknesses)[number];

export function createPasswordStrength(): PasswordStrength {
  let loading: Promise<ZxcvbnFactory> | null = null;
  return {
    async weakness(password, about) {
      // Its lists take 8 MB and are needed a few times a year: they are read when somebody sets a password.
      loading ??= load();
      const known = [...ownWords, ...about.flatMap(wordsOf)];
      const { score, feedback } = (await loading).check(
        password,
        known.filter((word) => word.length > 2),
      );
      if (score >= LEAST_SCORE) return null;
      return weaknesses.find((one) => one === feedback.warning) ?? 'other';
    },
  };
}

/** A text as a whole, its words, and its words without what is between them. */
function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}]+/u);
  return [text, words.join(''), ...words];
}

async function load(): Promise<ZxcvbnFactory> {
  const { makeEstimator } = await import('./estimator.ts');
  return makeEstimator(MAX_ESTIMATED_LENGTH);
}
