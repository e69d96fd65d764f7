import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { loadKeyFile } from '../files/key-file.ts';

/** Keeps secrets at rest unreadable for who has the database without the key file beside it. */
export interface Sealer {
  /** `context` says whose secret it is: sealed for one, it cannot be opened for another. */
  seal(secret: string, context: string): Uint8Array;
  /** @throws VigiaError secrets_unreadable if it was sealed with another key, for another context, or was changed */
  open(sealed: Uint8Array, context: string): string;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Reads `secret.key` in the data folder, or makes it (mode 0600) at the first start. AES-256-GCM; a sealed secret is a version
 * byte, the nonce, the tag and the ciphertext.
 * @throws VigiaError secrets_unreadable if the file is there but holds no key
 */
export async function loadSealer(dataDir: string): Promise<Sealer> {
  const { key, keep } = await loadKeyFile(dataDir);
  await keep();
  return sealerOf(key);
}

function sealerOf(key: Buffer): Sealer {
  return {
    seal(secret, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text]));
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      try {
        if (bytes[0] !== VERSION || bytes.length < HEAD_BYTES) throw new Error('not sealed by this version');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        throw refused('secrets_unreadable', said('refused.secret.sealed'));
      }
    },
  };
}
