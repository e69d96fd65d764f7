import fc from 'fast-check';
import t from 'tap';
import { harmless } from '../../../../protocol/bidi.ts';
import { said, typed } from '../../../../protocol/said/said.ts';
import { listMessage, noticeMessage, testMessage } from '../../../../server/platform/notify/message.ts';
import type { IncidentFacts, Notice } from '../../../../server/platform/notify/notice.ts';
import { plainText } from '../../../../server/platform/notify/plain-text.ts';
import { holds } from '../../../support/property.ts';

const MINUTE = 60_000;
const at = Date.parse('2026-10-02T22:00:00Z');
const rendering = { idempotencyKey: 'k', origin: 'https://vigia.example.com', timeZone: 'America/Costa_Rica' };

const incident: IncidentFacts = {
  id: 'i1',
  state: 'open',
  priority: 'high',
  said: typed('/data has 1 GB left'),
  siteName: 'Main office',
  deviceName: 'srv-1',
  serviceName: null,
  onsetAt: at - 5 * MINUTE,
  resolvedAt: null,
  dueAt: Date.parse('2026-10-05T21:00:00Z'),
  dueZone: 'America/Costa_Rica',
  dueEnd: 'responded',
  dueIsFirm: true,
  events: [{ at, kind: 'opened', by: null, said: typed('/data has 1 GB left') }],
};

function notice(changes: Partial<Notice> = {}, facts: Partial<IncidentFacts> = {}): Notice {
  return {
    kind: 'incident.raised',
    payload: { incidentId: 'i1', priority: 'high', said: typed('/data has 1 GB left'), at },
    incident: { ...incident, ...facts },
    clientName: 'Acme',
    ...changes,
  };
}

t.test('a message says what, where, how urgent, until when, and where to look', async (t) => {
  t.match(noticeMessage(notice(), rendering), {
    title: 'High: srv-1: /data has 1 GB left',
    sentence: '/data has 1 GB left',
    facts: [
      { label: 'Client', value: 'Acme' },
      { label: 'Site', value: 'Main office' },
      { label: 'Device', value: 'srv-1' },
      { label: 'Priority', value: 'High' },
      { label: 'Since', value: '2 Oct 2026, 15:55 (America/Costa_Rica)' },
      { label: 'Response due', value: '5 Oct 2026, 15:00 (America/Costa_Rica)' },
    ],
    lines: [],
    link: 'https://vigia.example.com/incidents/i1',
    thread: 'i1',
  });
});

t.test('the title names the occasion', async (t) => {
  for (const [kind, title] of [
    ['incident.changed', 'Worse: srv-1: /data has 1 GB left'],
    ['incident.resolved', 'Resolved: srv-1: /data has 1 GB left'],
    ['incident.reminded', 'Still open: srv-1: /data has 1 GB left'],
    ['incident.clock_warning', 'Response due soon: srv-1: /data has 1 GB left'],
    ['incident.clock_breach', 'Response overdue: srv-1: /data has 1 GB left'],
  ] as const) {
    t.equal(noticeMessage(notice({ kind }), rendering).title, title);
  }
  for (const [dueEnd, what] of [
    ['acknowledged', 'Acknowledgement'],
    ['on_site', 'Arrival on site'],
    ['restored', 'Restoration'],
  ] as const) {
    const late = noticeMessage(notice({ kind: 'incident.clock_breach' }, { dueEnd }), rendering);
    t.equal(late.title, `${what} overdue: srv-1: /data has 1 GB left`);
    t.ok(late.facts.some(({ label }) => label === `${what} due`));
  }
  const onSite = notice({ kind: 'incident.clock_breach' }, { dueAt: null });
  t.equal(noticeMessage(onSite, rendering).title, 'Overdue: srv-1: /data has 1 GB left', 'its note says what');
  const free = noticeMessage(notice({}, { dueIsFirm: false }), rendering);
  t.match(free.facts.find(({ label }) => label === 'Response due')?.value, /, or as technicians are free$/);
  const ofService = notice({}, { deviceName: null, serviceName: 'Shop' });
  t.equal(noticeMessage(ofService, rendering).title, 'High: Shop: /data has 1 GB left');
  const ofSite = notice({}, { deviceName: null });
  t.equal(noticeMessage(ofSite, rendering).title, 'High: Main office: /data has 1 GB left');
});

t.test('other kinds need a sentence only', async (t) => {
  const summary = notice({
    kind: 'maintenance.summary',
    payload: { title: 'Maintenance is over', said: typed('3 of 3 devices came back'), at },
    incident: null,
  });
  t.match(noticeMessage(summary, rendering), {
    title: 'Acme: Maintenance is over',
    sentence: '3 of 3 devices came back',
    priority: null,
    facts: [{ label: 'Client', value: 'Acme' }],
    link: 'https://vigia.example.com',
    thread: null,
  });
  t.match(noticeMessage(notice({ kind: 'x.y', payload: {}, incident: null, clientName: null }), rendering), {
    title: 'x.y',
    sentence: 'x.y',
  });
});

t.test('a message that waited tells what happened since', async (t) => {
  const events = [
    { at, kind: 'opened', by: null, said: typed('full') },
    { at: at + MINUTE, kind: 'acknowledged', by: 'Ann', said: typed('') },
    { at: at + 2 * MINUTE, kind: 'reminded', by: null, said: typed('still') },
    { at: at + 3 * MINUTE, kind: 'note', by: 'Ann', said: typed('on my way') },
  ];
  t.same(noticeMessage(notice({}, { events }), rendering).lines, [
    '2 Oct 2026, 16:01 (America/Costa_Rica): acknowledged by Ann',
    '2 Oct 2026, 16:03 (America/Costa_Rica): note by Ann: on my way',
  ]);
});

t.test('a digest lists each incident once, as it is by now', async (t) => {
  const second = { ...incident, id: 'i2', deviceName: 'srv-2', said: said('clock.skew.over') };
  const normal = (incidentId: string, text: string, after = 0) => ({
    incidentId,
    priority: 'normal',
    said: typed(text),
    at: at + after,
  });
  const digest = listMessage(
    'digest',
    [
      notice({ payload: normal('i1', 'CPU is busy') }),
      notice({ payload: normal('i2', 'The clock is off'), incident: second }),
      notice({
        kind: 'incident.resolved',
        payload: normal('i2', 'The clock is right again', MINUTE),
        incident: second,
      }),
    ],
    rendering,
  );
  t.match(digest, {
    kind: 'digest',
    priority: 'normal',
    title: 'Daily digest: 2 entries, 1 open',
    lines: [
      'Normal: Acme, srv-1: CPU is busy (2 Oct 2026, 16:00 (America/Costa_Rica))',
      'resolved: Acme, srv-2: The clock is right again (2 Oct 2026, 16:01 (America/Costa_Rica))',
    ],
    link: 'https://vigia.example.com/incidents',
  });
  const resolvedSince = { ...incident, state: 'resolved' as const, said: typed('CPU is calm') };
  t.match(
    listMessage('digest', [notice({ payload: normal('i1', 'CPU is busy'), incident: resolvedSince })], rendering),
    {
      title: 'Daily digest: 1 entry, 0 open',
      lines: ['resolved: Acme, srv-1: CPU is calm (2 Oct 2026, 16:00 (America/Costa_Rica))'],
    },
  );
});

t.test('a list has an end', async (t) => {
  const many = Array.from({ length: 250 }, (_, n) =>
    notice({ payload: { incidentId: `i${n}`, said: typed('s'), at } }),
  );
  const { lines, more, title, priority } = listMessage('summary', many, rendering);
  t.equal(title, 'Many messages at once: 250 entries, 250 open');
  t.equal(priority, 'high');
  t.equal(lines.length, 100);
  t.equal(more, 150);
});

t.test('the test message and plain text', async (t) => {
  t.equal(
    plainText(testMessage('Ops', at, rendering)),
    'This is a test. If you can read it, this receiver works.\n\nReceiver: Ops\n\nhttps://vigia.example.com',
  );
});

t.test('a name reorders nothing beside it', async (t) => {
  const made = noticeMessage(
    notice(
      { payload: { incidentId: 'i1', priority: 'high', said: typed('Disk \u2069\u202e/ is full'), at } },
      { deviceName: '\u05e9\u05e8\u05ea 1', siteName: 'HQ\u202e' },
    ),
    rendering,
  );
  t.equal(made.title, 'High: \u2068\u05e9\u05e8\u05ea 1\u2069: Disk [U+2069][U+202E]/ is full');
  const values = new Map(made.facts.map(({ label, value }) => [label, value]));
  t.equal(values.get('Device'), '\u2068\u05e9\u05e8\u05ea 1\u2069');
  t.equal(values.get('Site'), 'HQ[U+202E]');
});

t.test('text of any origin stays one line of bounded length', async (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3_000 }),
    fc.constantFrom(
      'a\r\nBcc: x@y.z',
      '\u202eevil\u2066',
      '\u05e9\u05e8\u05ea \u2069 1',
      '\u2068a\u2069'.repeat(600),
      `${'\u2068'.repeat(700)}a${'\u2069'.repeat(700)}`,
      '\ud800',
      '\u001b[31m',
      '\u0000',
      'x'.repeat(5_000),
    ),
  );
  const isTame = (text: string, limit: number) =>
    [...text].length <= limit && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && harmless(text) === text && text.isWellFormed();
  holds(
    t,
    fc.property(hostile, hostile, hostile, (sentence, name, by) => {
      const events = [{ at: at + 1, kind: 'note', by, said: typed(sentence) }];
      const made = noticeMessage(
        notice(
          {
            payload: { incidentId: 'i1', priority: 'high', said: typed(sentence), title: sentence, at },
            clientName: name,
          },
          { deviceName: name, siteName: name, said: typed(sentence), events },
        ),
        rendering,
      );
      const listed = listMessage(
        'digest',
        [notice({ payload: { said: typed(sentence), at }, clientName: name })],
        rendering,
      );
      return (
        isTame(made.title, 160) &&
        isTame(made.sentence, 1_000) &&
        made.facts.every(({ value }) => isTame(value, 1_000)) &&
        [...made.lines, ...listed.lines].every((line) => isTame(line, 1_600))
      );
    }),
  );
});
