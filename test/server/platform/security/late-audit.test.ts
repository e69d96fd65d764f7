import t from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { lateAudit } from '../../../../server/platform/security/late-audit.ts';
import type { AuditEntry } from '../../../../server/platform/store/audit/log.ts';

t.test('what cannot be written is written with the next entry, in order and with its time', async (t) => {
  const written: AuditEntry[] = [];
  let cause: Error | null = new SentenceError('unavailable', 'The disk is full.');
  const log = {
    append: async (entry: AuditEntry) => {
      if (cause) throw cause;
      written.push(entry);
    },
  };
  const audit = lateAudit(log, () => 0);
  const entry = (subject: string) => ({
    actor: 'u1',
    action: 'session.open' as const,
    subject,
    detail: { address: '::1' },
  });
  await audit.append(entry('s1'));
  await audit.append(entry('s2'));
  t.same(written, []);
  cause = null;
  await audit.append(entry('s3'));
  const late = { address: '::1', happenedAt: '1970-01-01T00:00:00.000Z' };
  t.same(written, [{ ...entry('s1'), detail: late }, { ...entry('s2'), detail: late }, entry('s3')]);
  cause = new Error('a defect');
  await t.rejects(audit.append(entry('s4')), { message: 'a defect' }, 'nothing else is swallowed');
});
