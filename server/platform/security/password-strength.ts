import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Finds passwords that are long enough and still among the first that somebody would try. */
export interface PasswordStrength {
  /** What is wrong with the password, as a sentence, or null. `about`: what anybody knows of its owner, such as the name. */
  weakness(password: string, about: readonly string[]): Promise<string | null>;
}

/** Of 0..4; 3 is more than 10^8 guesses, which argon2id at 46 MiB makes a matter of months on a rented machine. */
const LEAST_SCORE = 3;
/** The estimate takes longer with the length, and what is weak begins weakly. */
const MAX_ESTIMATED_LENGTH = 40;
/** Words of ours that stand on the page where the password is typed. */
const ownWords = ['vigia', 'password', 'monitoring'];

const reasons: ReadonlyMap<string, string> = new Map([
  ['simpleRepeat', 'It repeats the same character.'],
  ['extendedRepeat', 'It repeats the same part.'],
  ['sequences', 'It follows the order of the alphabet or of numbers.'],
  ['straightRow', 'It is a row of the keyboard.'],
  ['keyPattern', 'It follows a pattern of the keyboard.'],
  ['dates', 'It is made of dates.'],
  ['recentYears', 'It is made of years.'],
  ['topTen', 'It is one of the ten passwords used most.'],
  ['topHundred', 'It is one of the hundred passwords used most.'],
  ['common', 'It is on the lists of common passwords.'],
  ['similarToCommon', 'It is close to a common password.'],
  ['userInputs', 'It is made of what anybody knows of its owner.'],
]);

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
      const reason = reasons.get(feedback.warning ?? '') ?? 'It is made of parts that are easy to guess.';
      return `This password would be guessed soon. ${reason} Use a longer one, such as four unusual words.`;
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
