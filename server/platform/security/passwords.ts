import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { createGate, type Waiting } from './gate.ts';
import { createPasswordStrength } from './password-strength.ts';

/** Shortest password, in characters. */
export const MIN_PASSWORD_LENGTH = 12;
const MAX_PASSWORD_BYTES = 1024;

/** Hashes and checks passwords with argon2id, two at a time: 46 MiB each, so a flood of logins cannot eat the memory. */
export interface Passwords {
  /**
   * A PHC string. `about` is what anybody knows of the owner: name and e-mail address.
   * @throws VigiaError validation_failed if shorter than {@link MIN_PASSWORD_LENGTH}, over 1024 bytes or easily guessed, rate_limited
   */
  hash(password: string, about?: readonly string[]): Promise<string>;
  /**
   * Pass null for an unknown user: it takes as long and is false. Those who wait take turns by the name of `who`, and the known
   * go first. @throws VigiaError rate_limited if too many wait.
   */
  verify(phc: string | null, password: string, who?: Waiting): Promise<boolean>;
}

// The second of the equivalent settings in the OWASP password storage cheat sheet: m = 46 MiB, t = 1, p = 1.
const MEMORY_KIB = 47_104;
const PASSES = 1;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** At about 0.15 s each, two at a time, the last one waits about 3 s, and behind all whom we know 6 s. */
const limits = { running: 2, waiting: { known: 32, others: 32 }, waitingOfOne: 8 };
/** Whoever is logged in, or has a link that only they have. */
const somebodyKnown: Waiting = { name: '', isKnown: true };

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

interface Stored {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const runArgon2 = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

export function createPasswords(): Passwords {
  const enter = createGate(limits);
  const strength = createPasswordStrength();
  // For unknown users: the work is that of a real check, and no password has this tag.
  const nobody: Stored = { ...settings(), salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };

  const derive = (
    password: string,
    { memory, passes, parallelism, salt, tag }: Stored,
    who: Waiting,
  ): Promise<Buffer> =>
    enter(who, () =>
      runArgon2('argon2id', {
        message: normalised(password),
        nonce: salt,
        tagLength: tag.length,
        memory,
        passes,
        parallelism,
      }),
    );

  return {
    async hash(password, about = []) {
      requireUsable(password);
      const weakness = await strength.weakness(normalised(password), about);
      if (weakness !== null)
        throw refused('validation_failed', said('refused.password.weak', { why: weakness }), { field: 'password' });
      const fresh: Stored = { ...settings(), salt: randomBytes(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) };
      return toPhc({ ...fresh, tag: await derive(password, fresh, somebodyKnown) });
    },
    async verify(phc, password, who = somebodyKnown) {
      if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return false;
      const stored = phc === null ? nobody : fromPhc(phc);
      return timingSafeEqual(await derive(password, stored, who), stored.tag) && phc !== null;
    },
  };
}

function settings(): Pick<Stored, 'memory' | 'passes' | 'parallelism'> {
  return { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM };
}

/** The same password typed on two keyboards may differ in bytes: NFKC makes them one (NIST SP 800-63B, 3.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}

function requireUsable(password: string): void {
  if ([...password].length < MIN_PASSWORD_LENGTH) {
    throw refused('validation_failed', said('refused.password.short', { least: MIN_PASSWORD_LENGTH }), {
      field: 'password',
    });
  }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
    throw refused('validation_failed', said('refused.password.long', { most: MAX_PASSWORD_BYTES }), {
      field: 'password',
    });
  }
}

function toPhc({ memory, passes, parallelism, salt, tag }: Stored): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

function fromPhc(phc: string): Stored {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(phc) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is not an argon2id PHC string');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
