import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  MAX_OUTPUT_LENGTH,
  MAX_POINTS,
  type RecoverySource,
  SourceError,
} from '../../../../agent/tasks/recovery/source.ts';
import type { SourceFault } from '../../../../protocol/wire/source-fault.ts';
import { holds } from '../../../support/property.ts';

/** What the real tool printed. */
export function printed(folder: string, file: string): string {
  return readFileSync(new URL(`../../../fixtures/recovery/${folder}/${file}`, import.meta.url), 'utf8');
}

/** What a source is to be tried with. */
export interface Trial {
  readonly source: RecoverySource;
  /** Of a real repository: empty, and with one of the future in it. */
  readonly empty: string;
  readonly listing: string;
  readonly pointIds: readonly string[];
  /** A listing of the tool's form, with so many backups, one a minute from 2026 on. */
  readonly many: (count: number) => string;
  /** A listing with one entry, of this id and time. */
  readonly one: (id: unknown, time: unknown) => string;
  /** What real runs printed that came to an end, and one that did not. */
  readonly runs: readonly string[];
  readonly unended: string;
  /** What the real tool said, with its exit code, and what that means. */
  readonly faults: readonly (readonly [
    what: string,
    exitCode: number | null,
    text: string,
    fault: SourceFault | null,
  ])[];
}

/** What every source has to pass. */
export function conforms({ source, empty, listing, pointIds, many, one, runs, unended, faults }: Trial): void {
  const fails = (t: Pick<Test, 'throws'>, what: string, run: () => unknown, fault: string) =>
    t.throws(run, { name: 'SourceError', fault }, what);

  t.test('a real listing', async (t) => {
    t.same(source.readListing(empty), { points: [], refused: [], leftOut: 0 }, 'of an empty repository');
    const { points, refused, leftOut } = source.readListing(listing);
    t.same(
      points.map(({ id }) => id),
      pointIds,
    );
    t.same([refused, leftOut], [[], 0]);
    const starts = points.map(({ startedAt }) => startedAt);
    t.same(
      starts,
      starts.toSorted((a, b) => a - b),
      'oldest first',
    );
    t.ok((starts.at(-1) ?? 0) > Date.UTC(2031, 0, 1), 'that one is dated in the future is not judged here');
  });

  t.test('real runs', async (t) => {
    for (const run of runs) {
      const { pointId, sizeBytes, durationMs } = source.readRun(run) ?? {};
      t.ok(typeof pointId === 'string' && (sizeBytes ?? -1) >= 0 && (durationMs ?? -1) >= 0, pointId ?? 'none');
    }
    t.equal(source.readRun(unended), null, 'one that was killed');
    t.equal(source.readRun(''), null, 'one that said nothing');
  });

  t.test('what the tool says of a fault', async (t) => {
    for (const [what, exitCode, text, fault] of faults) t.equal(source.faultOf(exitCode, text), fault, what);
    t.equal(source.faultOf(0, 'permission denied'), null, 'a warning of a command that went well');
    t.equal(source.faultOf(2, 'it was Tuesday'), 'failed', 'what nobody knows');
    t.equal(source.faultOf(null, ''), 'failed', 'killed');
    t.equal(source.faultOf(2, 'write /srv: no space left on device'), 'repository_full');
    t.equal(source.faultOf(2, 'ssh: connect to host nas port 22: Connection refused'), 'unreachable');
    t.equal(source.faultOf(2, 'dial tcp 10.0.0.1:8000: i/o timeout'), 'timeout');
    t.equal(source.faultOf(2, `${'x'.repeat(9e5)}\nPermission denied`), 'not_permitted', 'at the end of much');
  });

  t.test('bad input is told, and nothing is made of it', async (t) => {
    fails(t, 'nothing', () => source.readListing(''), 'unreadable');
    fails(t, 'half of it', () => source.readListing(listing.slice(0, listing.length / 2)), 'unreadable');
    fails(t, 'binary', () => source.readListing('\0\u0001\ufffd\ufffdELF'), 'unreadable');
    fails(t, 'a page of HTML', () => source.readListing('<!doctype html>'), 'unreadable');
    fails(t, 'more than 16 MB', () => source.readListing(' '.repeat(MAX_OUTPUT_LENGTH + 1)), 'unreadable');
    fails(t, 'a run of more than 16 MB', () => source.readRun(' '.repeat(MAX_OUTPUT_LENGTH + 1)), 'unreadable');
    fails(t, 'another form', () => source.readListing('{"snapshots":[]}'), 'unknown_version');
    fails(t, 'a word', () => source.readListing('"hello"'), 'unknown_version');
    fails(t, 'entries of another form', () => source.readListing(one(7, undefined)), 'unknown_version');
    fails(t, 'no entries', () => source.readListing(one('', '2026-01-01T00:00:00Z')), 'unknown_version');
  });

  t.test('a time has to be one', async (t) => {
    const f = (time: unknown, want: number | 'undated') => {
      const { points, refused } = source.readListing(one('a', time));
      if (want === 'undated') t.same([points, refused], [[], [{ id: 'a', why: 'undated' }]], String(time));
      else t.equal(points[0]?.startedAt, want, String(time));
    };
    f('2026-12-01T16:37:52.922220353Z', Date.UTC(2026, 11, 1, 16, 37, 52, 922));
    f('2026-12-01T11:37:53.962150533-05:00', Date.UTC(2026, 11, 1, 16, 37, 53, 962));
    f('1970-01-01T00:00:00Z', 0);
    f('0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z'));
    f('2026-02-30T00:00:00Z', 'undated');
    f('2026-12-01', 'undated');
    f('yesterday', 'undated');
    f('', 'undated');
    f(1_764_600_000, 'undated');
    f(null, 'undated');
  });

  t.test('10,000 backups are read, and of more the newest are kept', async (t) => {
    const { points, leftOut } = source.readListing(many(10_000));
    t.equal(points.length, 10_000);
    t.equal(leftOut, 0);
    t.equal(points.at(-1)?.startedAt, Date.UTC(2026, 0, 1) + 9_999 * 60_000);
    const more = source.readListing(many(MAX_POINTS + 5));
    t.equal(more.points.length, MAX_POINTS);
    t.equal(more.leftOut, 5);
    t.equal(more.points[0]?.startedAt, Date.UTC(2026, 0, 1) + 5 * 60_000);
  });

  t.test('whatever is printed, it is read, or told to be unreadable', async (t) => {
    const mutated = fc
      .tuple(fc.constantFrom(listing, ...runs), fc.nat(), fc.nat(200), fc.string({ maxLength: 5 }))
      .map(([text, at, length, put]) => {
        const from = at % text.length;
        return text.slice(0, from) + put + text.slice(from + length);
      });
    const anything = fc.oneof(mutated, fc.string(), fc.json());
    holds(
      t,
      fc.property(anything, (text) => {
        for (const read of [source.readListing, source.readRun]) {
          try {
            read(text);
          } catch (error) {
            if (!(error instanceof SourceError)) throw error;
          }
        }
        return source.faultOf(2, text) !== null;
      }),
      { numRuns: 500 },
    );
  });
}
