import fc from 'fast-check';
import type { Test } from 'tap';

/** Holds a property against random examples, as one assertion of the test; a failure names the seed and the smallest example. */
export function holds<Ts>(
  t: Pick<Test, 'doesNotThrow'>,
  property: fc.IProperty<Ts>,
  parameters?: fc.Parameters<Ts>,
): void {
  t.doesNotThrow(() => fc.assert(property, parameters), 'for all examples');
}
