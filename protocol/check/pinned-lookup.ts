import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A `lookup` that answers with addresses that were checked before, whatever the name. */
export function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (hostname, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined)
      callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '');
    else if (all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
