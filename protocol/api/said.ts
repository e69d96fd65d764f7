import { Type } from 'typebox';
import type { Said } from '../said/said.ts';

/** What a sentence beside it says, as a fact: a stable key and its values, to be worded by whoever reads it. */
export const SaidDocument = Type.Unsafe<Said>(
  Type.Object({ key: Type.String(), params: Type.Record(Type.String(), Type.Unknown()) }),
);
