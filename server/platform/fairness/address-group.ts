import { isIP } from 'node:net';

/**
 * What limits count as one: an IPv4 address, or the /64 of an IPv6 one, which is what a single customer is given. IPv4 written
 * as IPv6 counts as what it is. What is no address is returned as it is.
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const parts = expand(plain);
  const isMapped = parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;
  const [high = 0, low = 0] = parts.slice(6);
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return `${parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of an IPv6 address. */
function expand(address: string): number[] {
  // A URL writes every form of an address in the same short one, without dots.
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = '', right] = short.split('::');
  const numbers = (text: string | undefined): number[] =>
    text ? text.split(':').map((part) => Number.parseInt(part, 16)) : [];
  const [head, tail] = [numbers(left), numbers(right)];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}
