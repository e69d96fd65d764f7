import t from 'tap';
import {
  type PlanInput,
  planDeliveries,
  type ReceiverFacts,
  type ToldFacts,
} from '../../../../server/features/telling/plan.ts';
import { logReceiver } from '../../../../server/features/telling/receiver.ts';

const base: ReceiverFacts = {
  id: '',
  clientId: null,
  minPriority: 'high',
  clocks: false,
  addresses: null,
  takesAll: false,
};
const receivers: readonly ReceiverFacts[] = [
  logReceiver,
  { ...base, id: 'all-high' },
  { ...base, id: 'all-normal', minPriority: 'normal' },
  { ...base, id: 'acme-medium', clientId: 'acme', minPriority: 'medium' },
  { ...base, id: 'bolt-normal', clientId: 'bolt', minPriority: 'normal' },
  { ...base, id: 'all-mail', minPriority: 'emergency', addresses: ['Ops@msp.example'] },
  { ...base, id: 'acme-mail', clientId: 'acme', clocks: true, addresses: ['it@acme.example'] },
];

function plan(kind: string, priority: PlanInput['notice']['priority'], more: Partial<PlanInput> = {}): string[] {
  return planDeliveries({
    notice: { kind, clientId: 'acme', priority, subject: 'i1' },
    receivers,
    told: [],
    people: { assignee: null, admins: [] },
    nextDigestAt: 800,
    ...more,
  }).map(
    ({ receiverId, recipient, isUrgent, digestAt }) =>
      `${receiverId}${recipient && ` ${recipient}`}${isUrgent ? ' !' : ''}${digestAt === null ? '' : ` @${digestAt}`}`,
  );
}

t.test('a problem goes to whose clients and priorities it is', async (t) => {
  t.same(plan('incident.raised', 'emergency'), [
    'log !',
    'all-high !',
    'all-normal !',
    'acme-medium !',
    'all-mail !',
    'acme-mail !',
  ]);
  t.same(plan('incident.raised', 'high'), ['log !', 'all-high', 'all-normal', 'acme-medium', 'acme-mail']);
  t.same(plan('incident.changed', 'medium'), ['log !', 'all-normal', 'acme-medium']);
  t.same(plan('incident.raised', 'normal'), ['log !', 'all-normal @800'], 'what can wait goes into the digest');
  t.same(plan('maintenance.summary', null), ['log !', 'all-normal', 'acme-medium']);
});

t.test('a recovery and a reminder go only to whom the problem went, as it went', async (t) => {
  const told = (receiverId: string, over: Partial<ToldFacts> = {}): ToldFacts => ({
    receiverId,
    recipient: '',
    isDigest: false,
    waitingDigestAt: null,
    ...over,
  });
  t.same(plan('incident.resolved', 'high'), [], 'nobody knew');
  const heard = [
    told('log'),
    told('all-high'),
    told('all-normal', { isDigest: true, waitingDigestAt: 500 }),
    told('acme-medium', { isDigest: true }),
    told('removed'),
    told('all-mail', { recipient: 'ann@msp.example' }),
  ];
  t.same(plan('incident.resolved', 'normal', { told: heard }), [
    'log !',
    'all-high',
    'all-normal @500',
    'acme-medium @800',
    'all-mail ann@msp.example',
  ]);
  t.same(plan('incident.reminded', 'high', { told: heard }), ['log !', 'all-high', 'all-mail ann@msp.example']);
  const worse = [told('all-normal', { isDigest: true, waitingDigestAt: 500 }), told('all-normal')];
  t.same(plan('incident.resolved', 'high', { told: worse }), ['all-normal'], 'told at once when it grew worse');
});

t.test('clocks go to who wants them, and by mail to the people concerned', async (t) => {
  const people = { assignee: 'ann@msp.example', admins: ['boss@msp.example', 'IT@acme.example'] };
  t.same(plan('incident.clock_warning', 'high', { people }), ['log !', 'acme-mail', 'acme-mail ann@msp.example']);
  t.same(plan('incident.clock_breach', 'high', { people }), ['log !', 'acme-mail', 'acme-mail boss@msp.example']);
  t.same(plan('incident.clock_warning', 'high'), ['log !', 'acme-mail'], 'nobody is assigned');
  const notice = { kind: 'incident.clock_breach', clientId: 'bolt', priority: 'medium', subject: 'i1' } as const;
  t.same(
    plan('', null, { notice, people }),
    ['log !', 'all-mail boss@msp.example', 'all-mail IT@acme.example'],
    'through the mail of all clients, whatever its own priority is',
  );
  t.same(plan('', null, { notice, people, receivers: [logReceiver] }), ['log !'], 'without mail there is no mail');
});
