import type { DatabaseSync } from 'node:sqlite';
import { isolated } from '../../../../protocol/bidi.ts';
import { type ParamsOf, type Said, said, typed } from '../../../../protocol/said/said.ts';

/**
 * Revisions of the ledger hold why as facts, no longer as English sentences. A sentence is read where it says nothing but what it is to
 * say and the row knows; others stay as they were written.
 */
export function sayRevisions(database: DatabaseSync): void {
  const read = (by: unknown, why: unknown) => JSON.stringify(revisionOf(String(by), String(why)));
  database.function('revision_of', { deterministic: true }, read);
  database.exec(`
    DROP TRIGGER ledger_revision_is_never_changed;
    ALTER TABLE ledger_revision RENAME COLUMN why TO said_json;
    UPDATE ledger_revision SET said_json = revision_of(by_user, said_json);
    CREATE TRIGGER ledger_revision_is_never_changed BEFORE UPDATE ON ledger_revision BEGIN SELECT RAISE(ABORT, 'a revision of the ledger is never changed'); END;
  `);
}

const instant = String.raw`(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC`;
const late = new RegExp(`^Evidence of the time from ${instant} to ${instant} arrived late\\.$`);
const cameBack = new RegExp(
  `^The machine came back at ${instant} and its boot identity says what the time before was\\.$`,
);
const attested =
  /^ attests that it was (up|down)(?: \((us|client|internet_line|power|supplier|force_majeure)\))?: (.*)$/s;

/** @param by who revised it, whom the sentence names, isolated */
function revisionOf(by: string, why: string): Said {
  if (by === 'server') return ofServer(why) ?? typed(why);
  const name = isolated(by);
  if (!why.startsWith(name)) return typed(why);
  const [, verdict, responsibility = 'none', text = ''] = attested.exec(why.slice(name.length)) ?? [];
  if (verdict !== 'up' && verdict !== 'down') return typed(why);
  return said('revision.attested', {
    by,
    verdict,
    // The pattern has the codes.
    responsibility: responsibility as ParamsOf<'revision.attested'>['responsibility'],
    why: bare(text),
  });
}

function ofServer(why: string): Said | null {
  const [, from, to] = late.exec(why) ?? [];
  if (from && to) return said('revision.late', { from: msOf(from), to: msOf(to) });
  const [, at] = cameBack.exec(why) ?? [];
  return at ? said('revision.came-back', { at: msOf(at) }) : null;
}

function msOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}

/** Without the isolate that a sentence put around it. */
function bare(text: string): string {
  return text.startsWith('\u2068') && text.endsWith('\u2069') ? text.slice(1, -1) : text;
}
