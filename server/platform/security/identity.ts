import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { join } from 'node:path';
import { VigiaError } from '../../../protocol/error.ts';
import { readSecretFile, writeSecretFile } from '../files/secret-file.ts';

/** The server's own Ed25519 key: agents pin it at enrolment. */
export interface Identity {
  /** The raw key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the raw key: what enrolment tokens carry. */
  readonly fingerprint: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

const RAW_KEY_BYTES = 32;
/** The DER of an Ed25519 public key is this and then the raw key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Reads `identity.key` in the data folder, or makes it (mode 0600) at the first start.
 * @throws VigiaError identity_damaged if the file is there but holds no Ed25519 key
 */
export async function loadIdentity(dataDir: string): Promise<Identity> {
  const path = join(dataDir, 'identity.key');
  const pem = await readSecretFile(path);
  if (pem !== null) return identityOf(parse(pem, path));
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeSecretFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return identityOf(privateKey);
}

/** True if `signature` is of the raw Ed25519 key over the message; false for malformed keys and signatures too. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== RAW_KEY_BYTES || signature.length !== 64) return false;
  const der = Buffer.concat([SPKI_PREFIX, publicKey]);
  return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
}

function parse(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below: whatever it holds, it is not the key.
  }
  // Never replaced by a new key: every enrolled agent would refuse the server for good.
  throw new VigiaError(
    'identity_damaged',
    `${path} does not hold the server's Ed25519 key. Restore it from a backup. ` +
      'If it is lost for good, remove the file and enrol every agent again.',
  );
}

function identityOf(privateKey: KeyObject): Identity {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES);
  return {
    publicKey: new Uint8Array(publicKey),
    fingerprint: new Uint8Array(createHash('sha256').update(publicKey).digest()),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
