/** The server's own Ed25519 key: agents pin it at enrolment. */
export interface Identity {
  /** The raw key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the raw key: what enrolment tokens carry. */
  readonly fingerprint: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/**
 * Reads `identity.key` in the data folder, or makes it (mode 0600) at the first start.
 * @throws VigiaError identity_damaged if the file is there but holds no Ed25519 key; data_dir_unwritable
 */
export declare function loadIdentity(dataDir: string): Promise<Identity>;

/** True if `signature` is of the raw Ed25519 key over the message; false for malformed keys and signatures too. */
export declare function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
