import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import {
  type ChainKey,
  chainKeyOf,
  createRowsDigest,
  GENESIS,
  macOf,
  type Unhashed,
  unkeyedHashOf,
} from '../../../../../server/platform/store/audit/chain.ts';
import {
  type AuditHead,
  type AuditVerdict,
  createChainCheck,
} from '../../../../../server/platform/store/audit/check.ts';
import type { Row } from '../../../../../server/platform/store/tables.ts';
import { holds } from '../../../../support/property.ts';

type AuditRow = Row<'audit'>;

const key = chainKeyOf(randomBytes(32));
const lostKey = chainKeyOf(randomBytes(32));

interface Told {
  readonly actor: string;
  readonly subject: string;
  readonly detail_json: string;
}

const told = fc.record({ actor: fc.string(), subject: fc.string(), detail_json: fc.json() });
const some = fc.array(told, { minLength: 2, maxLength: 12 });

/** Rows behind `rows`, chained with the key, or as they were before there was one. */
function extend(rows: readonly AuditRow[], added: readonly Told[], by: ChainKey | null): AuditRow[] {
  const chain = [...rows];
  for (const one of added) {
    const last = chain.at(-1);
    const row = { action: 'a', ...one, id: (last?.id ?? 0) + 1, at: 5, key_id: by?.id ?? null };
    chain.push(hashed({ ...row, previous_hash: last?.hash ?? GENESIS }, by));
  }
  return chain;
}

function hashed(row: Unhashed, by: ChainKey | null): AuditRow {
  return { ...row, hash: by === null ? unkeyedHashOf(row) : macOf(by, row) };
}

/** All hashes anew, as who has the database but not the key can make them. */
function rehashed(rows: readonly AuditRow[], by: ChainKey | null): AuditRow[] {
  const chain: AuditRow[] = [];
  for (const { hash: _, ...row } of rows) {
    chain.push(hashed({ ...row, key_id: by?.id ?? null, previous_hash: chain.at(-1)?.hash ?? GENESIS }, by));
  }
  return chain;
}

function headOf({ id, hash }: AuditRow): AuditHead {
  return { id, hash: Buffer.from(hash).toString('hex') };
}

function verdictOf(rows: readonly AuditRow[], heads: readonly AuditHead[] = []): AuditVerdict {
  const check = createChainCheck(key, heads);
  rows.every((row) => check.take(row));
  return check.end();
}

function faultOf(rows: readonly AuditRow[], heads?: readonly AuditHead[]): string | null {
  const verdict = verdictOf(rows, heads);
  return verdict.ok ? null : verdict.fault;
}

const at = (rows: readonly AuditRow[], share: number): number =>
  Math.min(rows.length - 1, Math.floor(share * rows.length));
const share = fc.double({ min: 0, max: 1, noNaN: true });

t.test('what is untouched holds, and says how much no head outside covers', async (t) => {
  holds(
    t,
    fc.property(some, share, (added, which) => {
      const rows = extend([], added, key);
      const head = rows[at(rows, which)] as AuditRow;
      const verdict = verdictOf(rows, [headOf(head)]);
      return verdict.ok && verdict.entries === rows.length && verdict.unproven === rows.length - head.id;
    }),
  );
  t.match(verdictOf([]), { ok: true, entries: 0, before: 0, head: null, unproven: 0 });
  t.match(verdictOf(extend([], [{ actor: 'a', subject: 's', detail_json: '{}' }], key)), { unproven: 1 });
});

t.test('an edit of anything in a row', async (t) => {
  const edits: readonly ((row: AuditRow) => AuditRow)[] = [
    (row) => ({ ...row, at: row.at + 1 }),
    (row) => ({ ...row, actor: `${row.actor}x` }),
    (row) => ({ ...row, action: 'b' }),
    (row) => ({ ...row, subject: `${row.subject}x` }),
    (row) => ({ ...row, detail_json: `${row.detail_json} ` }),
    (row) => ({ ...row, hash: randomBytes(32) }),
    (row) => ({ ...row, previous_hash: randomBytes(32) }),
    // A text that goes over from one field into the next.
    (row) => ({ ...row, actor: `${row.actor}${row.action}`, action: '' }),
  ];
  holds(
    t,
    fc.property(some, share, fc.nat(edits.length - 1), (added, which, how) => {
      const rows = extend([], added, key);
      const index = at(rows, which);
      const verdict = verdictOf(rows.with(index, (edits[how] as (typeof edits)[0])(rows[index] as AuditRow)));
      return !verdict.ok && verdict.fault === 'changed' && verdict.brokenAtId <= index + 2;
    }),
  );
});

t.test('a re-hash by who does not know the key', async (t) => {
  holds(
    t,
    fc.property(some, share, (added, which) => {
      const rows = extend([], added, key);
      const index = at(rows, which);
      const edited = rows.with(index, { ...(rows[index] as AuditRow), actor: 'nobody' });
      return (
        faultOf(rehashed(edited, null)) === 'unkeyed' &&
        faultOf(rehashed(edited, lostKey)) === 'unkeyed' &&
        // Under the name of the right key, which is no secret.
        faultOf(rehashed(edited, { ...lostKey, id: key.id })) === 'changed' &&
        // Only from the edit on.
        faultOf([...rows.slice(0, index), ...rehashed(edited, null).slice(index)]) !== null
      );
    }),
  );
});

t.test('a re-hash by who does know the key, against a head that was told outside', async (t) => {
  holds(
    t,
    fc.property(some, share, (added, which) => {
      const rows = extend([], added, key);
      const index = at(rows, which);
      const forged = rehashed(rows.with(index, { ...(rows[index] as AuditRow), actor: 'a forger\u0000' }), key);
      const heads = [headOf(rows.at(-1) as AuditRow)];
      return faultOf(forged) === null && faultOf(forged, heads) === 'rewritten';
    }),
  );
});

t.test('another order', async (t) => {
  holds(
    t,
    fc.property(some, share, share, (added, one, other) => {
      const rows = extend([], added, key);
      const [a, b] = [at(rows, one), at(rows, other)];
      fc.pre(a !== b);
      const [first, second] = [rows[a] as AuditRow, rows[b] as AuditRow];
      const swapped = rows.with(a, { ...second, id: first.id }).with(b, { ...first, id: second.id });
      return faultOf(swapped) === 'changed';
    }),
  );
});

t.test('a cut in the middle, and one whose gap was closed by new numbers', async (t) => {
  holds(
    t,
    fc.property(some, share, (added, which) => {
      const rows = extend([], added, key);
      const index = at(rows.slice(1), which);
      const cut = rows.toSpliced(index, 1);
      const renumbered = cut.map((row, place) => ({ ...row, id: place + 1 }));
      return faultOf(cut) === 'missing' && faultOf(renumbered) === 'changed';
    }),
  );
});

t.test('a cut at the end: seen against a head from outside, and only so', async (t) => {
  holds(
    t,
    fc.property(some, share, (added, which) => {
      const rows = extend([], added, key);
      const cut = rows.slice(0, at(rows, which));
      const heads = [headOf(rows.at(-1) as AuditRow)];
      return faultOf(cut) === null && faultOf(cut, heads) === 'cut' && faultOf([], heads) === 'cut';
    }),
  );
  t.pass();
});

const seal = { actor: 'server', action: 'audit.seal', subject: 'before', detail_json: '{}' };

t.test('what is older than the key is sealed by the first row that has it', async (t) => {
  holds(
    t,
    fc.property(some, some, share, (old, added, which) => {
      const before = extend([], old, null);
      const rows = extend(extend(before, [seal], key), added, key);
      const verdict = verdictOf(rows);
      const index = at(before, which);
      const edited = before.with(index, { ...(before[index] as AuditRow), actor: 'nobody\u0000' });
      return (
        verdict.ok &&
        verdict.before === before.length &&
        faultOf([...edited, ...rows.slice(before.length)]) === 'changed' &&
        faultOf([...rehashed(edited, null), ...rows.slice(before.length)]) === 'changed' &&
        faultOf(extend(before, added, key)) === 'changed' &&
        // Nobody takes the seal off, and nobody writes without the key behind it.
        faultOf(before) === 'unkeyed' &&
        faultOf(extend(rows, added, null)) === 'unkeyed'
      );
    }),
  );
});

t.test('what a lost key had chained is held by what the new one sealed', async (t) => {
  holds(
    t,
    fc.property(some, some, share, (old, added, which) => {
      const before = extend([], old, lostKey);
      const digest = createRowsDigest();
      for (const row of before) digest.take(row);
      const whole = { ...seal, detail_json: JSON.stringify({ digest: digest.soFar() }) };
      const after = extend(extend(before, [whole], key), added, key).slice(before.length);
      const index = at(before, which);
      const edited = before.with(index, { ...(before[index] as AuditRow), actor: 'nobody\u0000' });
      const verdict = verdictOf([...before, ...after]);
      return verdict.ok && verdict.before === before.length && faultOf([...edited, ...after]) === 'changed';
    }),
  );
  const unsealed = extend(
    extend([], [{ actor: 'a', subject: 's', detail_json: '{}' }], lostKey),
    [{ actor: 'a', subject: 's', detail_json: '{}' }],
    key,
  );
  t.match(verdictOf(unsealed), { ok: false, fault: 'changed' }, 'without a seal nobody can say what they were');
});
