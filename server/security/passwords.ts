/** Shortest password, in characters. */
export const MIN_PASSWORD_LENGTH = 12;

/** Hashes and checks passwords with argon2id, two at a time: 46 MiB each, so a flood of logins cannot eat the memory. */
export interface Passwords {
  /** A PHC string. @throws VigiaError validation_failed if shorter than {@link MIN_PASSWORD_LENGTH} or over 1024 bytes, rate_limited */
  hash(password: string): Promise<string>;
  /** Pass null for an unknown user: it takes as long and is false. @throws VigiaError rate_limited if too many wait. */
  verify(phc: string | null, password: string): Promise<boolean>;
}

export declare function createPasswords(): Passwords;
