import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { VigiaError } from '../../protocol/error.ts';
import { readConfig } from '../app/config/config.ts';
import type { AuditHead } from '../platform/store/audit/check.ts';
import { headsIn } from '../platform/store/audit/told.ts';
import { withAdministration } from './administration.ts';
import { MAX_HEADS, type VerifiedAudit } from './audit-operation.ts';
import { type Command, optional } from './command.ts';

/** Who did what, and whether it still says so. */
export const auditCommands: readonly Command[] = [
  {
    name: 'audit verify',
    usage: '[--head ROW:HASH] [--heads FILE]',
    summary:
      'check every row of the audit log; also against heads from the log or a receiver, in a file or on standard input (-)',
    options: { head: { type: 'string' }, heads: { type: 'string' } },
    async run({ options, output }) {
      const heads = await readHeads(optional(options, 'head'), optional(options, 'heads'));
      const verified = await withAdministration(readConfig(), (perform) => perform('audit.verify', { heads }));
      output.result(verified, sentencesOf(verified, heads.length).join('\n'));
    },
  },
];

/** @throws VigiaError usage if there is none in what was given */
async function readHeads(head: string | null, file: string | null): Promise<AuditHead[]> {
  const given = head === null ? [] : headsIn(head);
  if (head !== null && given.length !== 1)
    throw new VigiaError('usage', '--head is a row and its hash, as the log has them: 120:3f9a...');
  if (file === null) return given;
  const found = headsIn(file === '-' ? await text(process.stdin) : await contentOf(file));
  if (found.length === 0) throw new VigiaError('usage', `There is no head of an audit log in ${file}.`);
  return thinned([...given, ...found]);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new VigiaError('usage', `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
}

/** Each holds all rows before it, so that some from all over the time say as much as all. */
function thinned(heads: readonly AuditHead[]): AuditHead[] {
  const all = [...new Map(heads.map((head) => [`${head.id}:${head.hash}`, head])).values()];
  const sorted = all.toSorted((a, b) => a.id - b.id);
  const step = Math.max(1, (sorted.length - 1) / (MAX_HEADS - 1));
  const picked = new Set(Array.from({ length: MAX_HEADS }, (_, place) => sorted[Math.round(place * step)]));
  return [...picked].filter((head) => head !== undefined);
}

function sentencesOf({ entries, before, unproven, told }: VerifiedAudit, given: number): string[] {
  const sentences = [`${rows(entries)}, and none was changed, moved or taken out.`];
  if (before > 0) {
    sentences.push(
      `Rows 1 to ${before} are older than the key: they are proven from the moment at which row ${before + 1} sealed them.`,
    );
  }
  if (entries === 0) return sentences;
  if (unproven === entries) {
    sentences.push('No head was told outside yet: if rows were cut off at the end, nobody could see it.');
    return sentences;
  }
  const source = given > 0 ? 'the heads that you gave' : `the server's own note of ${told?.at}`;
  sentences.push(
    unproven === 0
      ? `The end is proven by ${source}.`
      : `By ${source} it is proven up to row ${entries - unproven}. The tail of ${rows(unproven)} after it is not: if it were cut off, nobody could see it.`,
  );
  if (given === 0) {
    sentences.push(
      'Whoever changed the database could have changed that note too: give --heads with the log for proof.',
    );
  }
  return sentences;
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
