/** Stored bytes are not what was written: the block is to be set aside, never believed in part. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}
