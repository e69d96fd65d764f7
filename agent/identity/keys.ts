import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** The 32 raw bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** Whether `signature` over `message` was made by the Ed25519 key with these 32 raw bytes. False for anything else. */
export function verifySignature(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (rawKey.length !== 32 || signature.length !== 64) return false;
  const x = Buffer.from(rawKey).toString('base64url');
  return verify(null, message, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } }), signature);
}
