import crypto, { type KeyObject } from 'node:crypto';

const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Chance that is none: ids count up, so that what is sorted by id is in the order in which it was made; bytes come from a
 * generator with a seed; whoever draws a number gets the middle.
 */
export function installChance(): void {
  let ids = 0;
  const randomUUID = (): string => {
    ids += 1;
    return `${ids.toString(16).padStart(8, '0')}-7a9e-4000-8000-000000000000`;
  };
  let drawn = 0;
  const randomBytes = (size: number): Buffer => {
    const parts: Buffer[] = [];
    for (let length = 0; length < size; length += 32) {
      drawn += 1;
      parts.push(crypto.createHash('sha256').update(`golden tape ${drawn}`).digest());
    }
    return Buffer.concat(parts).subarray(0, size);
  };
  const randomFillSync = <T extends NodeJS.ArrayBufferView>(target: T): T => {
    const { buffer, byteOffset, byteLength } = target;
    randomBytes(byteLength).copy(new Uint8Array(buffer, byteOffset, byteLength));
    return target;
  };
  const own = crypto.generateKeyPairSync as (type: string, options?: object) => object;
  const generateKeyPairSync = (type: string, options?: object): object => {
    // Keys of certificates are not on the tape.
    if (type !== 'ed25519') return own(type, options);
    const privateKey = keyFrom(randomBytes(32));
    return { privateKey, publicKey: crypto.createPublicKey(privateKey) };
  };
  const randomInt = (min: number, max: number): number => Math.floor((min + max) / 2);
  Object.assign(crypto, { randomUUID, randomBytes, randomFillSync, randomInt, generateKeyPairSync });
  Math.random = () => 0.5;
}

/** The Ed25519 key of these 32 bytes. */
export function keyFrom(seed: Uint8Array): KeyObject {
  return crypto.createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
}
