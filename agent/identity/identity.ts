import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { VigiaError } from '../../protocol/error.ts';
import { readFileIfAny, replaceFile } from '../files/file.ts';
import { rawPublicKey } from './keys.ts';

/** The agent's own key. The private half never leaves this process and its file. */
export interface Identity {
  /** 32 raw bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** What the machine learned when it was enrolled. */
export interface Enrolment {
  /** Base address of the server, without a slash at its end: `https://vigia.example.com`. */
  readonly server: string;
  /** Base64url of the server's raw Ed25519 key: the only server that this agent talks to. */
  readonly identityKey: string;
  readonly wsPath: string;
  readonly deviceId: string;
  readonly kind: 'server' | 'workstation';
  readonly clientName: string;
  readonly siteName: string;
  readonly intervalMs: number;
  /** ISO 8601. */
  readonly enrolledAt: string;
}

const KEY_FILE = 'identity.key';
const ENROLMENT_FILE = 'enrolment.json';

/** The key in the data folder, made if there is none. @throws VigiaError if others can read it, or it is no key. */
export function loadOrCreateIdentity(dataDir: string): Identity {
  const path = join(dataDir, KEY_FILE);
  const text = readFileIfAny(path);
  if (text === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    replaceFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    return identityOf(privateKey);
  }
  const isReadableByOthers = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
  if (isReadableByOthers) {
    throw new VigiaError(
      'identity_unusable',
      `Others can read the agent's key ${path}, so it may have been copied. Run: chmod 600 ${path}, or delete it and enrol again.`,
    );
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return identityOf(key);
  } catch {
    // The sentence below says what to do, whatever is wrong with the bytes.
  }
  throw new VigiaError('identity_unusable', `The file ${path} holds no key of an agent. Delete it and enrol again.`);
}

function identityOf(privateKey: KeyObject): Identity {
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  return { publicKey, sign: (message) => sign(null, message, privateKey) };
}

/** The enrolment in the data folder, or undefined. @throws VigiaError `not_enrolled` if the file is damaged. */
export function readEnrolment(dataDir: string): Enrolment | undefined {
  const path = join(dataDir, ENROLMENT_FILE);
  const text = readFileIfAny(path);
  if (text === undefined) return undefined;
  try {
    const enrolment = JSON.parse(text) as Enrolment;
    if (typeof enrolment.server === 'string' && Buffer.from(enrolment.identityKey, 'base64url').length === 32) {
      return enrolment;
    }
  } catch {
    // As below.
  }
  throw new VigiaError('not_enrolled', `The file ${path} is damaged. Enrol this machine again with a new token.`);
}

/** @throws VigiaError `not_enrolled` with what to run. */
export function requireEnrolment(dataDir: string): Enrolment {
  const enrolment = readEnrolment(dataDir);
  if (enrolment !== undefined) return enrolment;
  throw new VigiaError(
    'not_enrolled',
    `This machine is not enrolled (nothing in ${dataDir}). Run: vigia-agent enroll --server URL --token TOKEN`,
  );
}

export function writeEnrolment(dataDir: string, enrolment: Enrolment): void {
  replaceFile(join(dataDir, ENROLMENT_FILE), `${JSON.stringify(enrolment, null, 2)}\n`);
}
