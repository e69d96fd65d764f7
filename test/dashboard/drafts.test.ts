import t from 'tap';
import { Value } from 'typebox/value';
import {
  checkInput,
  checkKinds,
  draftOfCheck,
  newCheck,
  ofKind,
  targetText,
} from '../../dashboard/features/services/check-draft.ts';
import {
  draftOfReceiver,
  newReceiver,
  receiverInput,
  whereTo,
  withSecurity,
} from '../../dashboard/features/settings/receiver-draft.ts';
import { draftFrom, proposalQuestion, reportInput } from '../../dashboard/features/tickets/report-draft.ts';
import { PersonReportInput } from '../../protocol/api/person-report.ts';
import { ReceiverInput } from '../../protocol/api/receiver.ts';
import { CheckInput } from '../../protocol/api/service.ts';
import { said } from '../../protocol/said/said.ts';

const state = {
  id: 'k1',
  state: 'up' as const,
  sentence: '',
  lastRunAt: null,
  said: said('check.never-ran'),
  durationMs: null,
  httpStatus: null,
  certificateEndsAt: null,
};

t.test('a check of every kind, with the defaults it is offered with, is what the server takes', async (t) => {
  const filled = {
    ...newCheck('c1'),
    name: 'x',
    subject: 'sqlservr',
    host: 'db',
    port: '1433',
    url: 'https://a.example',
  };
  for (const kind of checkKinds) {
    const input = checkInput(ofKind(filled, kind));
    t.ok(Value.Check(CheckInput, input), kind);
    t.same(checkInput(draftOfCheck({ ...input, ...state })), input, 'and comes back into the form');
  }
  const page = checkInput({ ...filled, status: '200, 204', text: 'ok', maxMs: '900', certificateDays: '' });
  t.same(page.target, { kind: 'http', url: 'https://a.example', status: [200, 204], text: 'ok', maxMs: 900 });
  t.equal(targetText({ kind: 'tcp', host: 'fd00::1', port: 22 }), '[fd00::1]:22');
});

t.test('a receiver of every kind; a secret that is not typed is not sent', async (t) => {
  const filled = {
    ...newReceiver(),
    name: 'x',
    host: 'smtp.example',
    from: 'a@example.org',
    to: 'b@example.org; c@example.org',
    url: 'https://hook.example',
    topic: 'on-call',
    chatId: '42',
  };
  for (const kind of ['email', 'webhook', 'ntfy', 'telegram'] as const) {
    const input = receiverInput({ ...filled, kind });
    t.ok(Value.Check(ReceiverInput, input), kind);
    t.notMatch(JSON.stringify(input), /password|secret|oken/);
    t.match(JSON.stringify(receiverInput({ ...filled, kind, secret: 'sixteen characters' })), /sixteen characters/);
    const shown = {
      ...input,
      id: 'r1',
      hasSecret: true,
      lastDeliveredAt: null,
      waiting: 0,
      lastError: null,
      lastErrorSaid: null,
    };
    t.same(receiverInput(draftOfReceiver(shown)), input, 'and comes back into the form');
    t.ok(whereTo(shown));
  }
});

t.test('the port goes with the encryption, unless somebody chose another', async (t) => {
  t.equal(withSecurity(newReceiver(), 'implicit').port, '465');
  t.equal(withSecurity({ ...newReceiver(), port: '2525' }, 'implicit').port, '2525');
});

t.test('a report: what is not said is null, the priority is of new incidents only', async (t) => {
  const draft = { ...draftFrom(new URLSearchParams('client=c1&device=d1')), reporter: ' Ada ', text: ' No mail ' };
  const input = reportInput(draft);
  t.ok(Value.Check(PersonReportInput, input));
  t.same(input, {
    clientId: 'c1',
    siteId: null,
    deviceId: 'd1',
    serviceId: null,
    reporter: 'Ada',
    text: 'No mail',
    aboutInfrastructure: true,
    incidentId: null,
    priority: 'medium',
  });
  t.notOk('priority' in reportInput({ ...draft, incidentId: 'i1' }));
  t.match(reportInput({ ...draft, reportedAt: '2026-10-06T10:00' }).reportedAt, /^2026-10-0\dT\d\d:\d\d:00.000Z$/);
});

t.test('proposals are asked for when there is something to go by', async (t) => {
  const ask = (query: string, text = '') => proposalQuestion({ ...draftFrom(new URLSearchParams(query)), text });
  t.equal(ask(''), null);
  t.equal(ask('', 'No mail'), null, 'not without a client');
  t.equal(ask('client=c1', 'No'), null);
  t.ok(ask('client=c1', 'No mail'));
  t.ok(ask('client=c1&service=v1'));
});
