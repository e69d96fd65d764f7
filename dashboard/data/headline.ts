import type { Incident } from '../../protocol/api/view.ts';
import { wordsOf } from '../words/said.ts';
import { nowMs } from './clock.ts';

/** The headline of an incident where only text can stand, as of now or of its end: it does not tick. @param otherwise if it is not known */
export function headlineOf(incident: Pick<Incident, 'said' | 'resolvedAt'> | undefined, otherwise = ''): string {
  if (incident === undefined) return otherwise;
  const { said, resolvedAt } = incident;
  return wordsOf(said, resolvedAt === null ? nowMs.peek() : Date.parse(resolvedAt));
}
