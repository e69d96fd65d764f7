import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** The key of a machine of the load: always the same for the same place, so that no list of keys is passed around. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

export function machineKey(index: number): KeyObject {
  const seed = createHash('sha256').update(`vigia bench machine ${index}`).digest();
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 raw bytes of the public half. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** Stable per machine, as an agent's hash is. */
export function machineId(index: number): string {
  return `bench-machine-${index}`;
}
