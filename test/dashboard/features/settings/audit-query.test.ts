import t from 'tap';
import { auditSearch, parseAuditQuery } from '../../../../dashboard/features/settings/audit-query.ts';

const search = (text: string) => auditSearch(parseAuditQuery(new URLSearchParams(text)));

t.test('the address is the search', async (t) => {
  t.same(search(''), {});
  t.same(search('actor=u1&action=device.retire&object=d1'), { actor: 'u1', action: 'device.retire', object: 'd1' });
  const { from, to } = search('from=2026-03-01&to=2026-03-01');
  t.equal(from, new Date(2026, 2, 1).toISOString(), 'from the midnight of this browser');
  t.equal(to, new Date(2026, 2, 2).toISOString(), 'the last day is part of it');
  t.equal(search('to=2026-12-31').to, new Date(2027, 0, 1).toISOString());
  t.same(search('from=yesterday&to=2026-13'), {}, 'what is no day is none');
});
