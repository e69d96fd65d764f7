import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Delivery, type DeliveryOptions } from '../../../agent/link/delivery.ts';
import { Spool } from '../../../agent/spool/spool.ts';
import { ChainReader } from '../../../protocol/wire/chain.ts';
import { encodeFrame } from '../../../protocol/wire/codec.ts';
import type { Frame, ReportFrame } from '../../../protocol/wire/frame.ts';
import { recordingLog, reportFrame, schemaFrame } from '../../support/agent-machine.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A delivery over a link that only writes down, with a clock that the test moves. */
async function startDelivery(t: Test, { backlog = 0, ownBacklog = 0, shortRuns = 0, hasDeltas = false } = {}) {
  const directory = join(tempDir(t), 'spool');
  const { log } = recordingLog();
  const earlierRun = randomBytes(16);
  const runId = randomBytes(16);
  const fill = async (run: Uint8Array, count: number) => {
    const spool = await Spool.open({ directory, runId: run, bootId: 'earlier', log });
    for (let sequence = 1; sequence <= count; sequence += 1) await spool.append(schemaFrame(), reportFrame(sequence));
    return spool;
  };
  await (await fill(earlierRun, backlog)).close();
  for (let count = 0; count < shortRuns; count += 1) await (await fill(randomBytes(16), 1)).close();
  const spool = await fill(runId, ownBacklog);
  const sent: Frame[] = [];
  const taken: (() => void)[] = [];
  let nowMs = 0;
  let exhausted = 0;
  let whenSent = Promise.withResolvers<void>();
  const link = {
    isOpen: true,
    unsentBytes: 0,
    send: (frame: Frame) => {
      sent.push(frame);
      whenSent.resolve();
      whenSent = Promise.withResolvers();
    },
    confirm: (onTaken: () => void) => taken.push(onTaken),
  } as DeliveryOptions['link'] & { isOpen: boolean };
  const delivery = new Delivery({
    link,
    spool,
    ownRun: runId.toString('hex'),
    hasDeltas,
    log,
    onExhausted: () => {
      exhausted += 1;
      whenSent.resolve();
    },
    nowMs: () => nowMs,
  });
  t.teardown(async () => {
    link.isOpen = false;
    await spool.close();
  });
  const reports = () => readAll(sent);
  return {
    delivery,
    spool,
    sent,
    taken,
    reports,
    earlierRun,
    runId,
    at: (ms: number) => {
      nowMs = ms;
    },
    untilExhausted: async () => {
      while (exhausted === 0) await whenSent.promise;
    },
    untilSent: async (count: number) => {
      while (reports().length < count) await whenSent.promise;
    },
    live: (sequence: number) => {
      const report = reportFrame(sequence);
      void spool.append(schemaFrame(), report);
      delivery.live(schemaFrame(), report);
    },
  };
}

/** What the server makes of these frames. */
function readAll(frames: readonly Frame[]): ReportFrame[] {
  const chains = { live: new ChainReader(), backfill: new ChainReader() };
  return frames.flatMap((frame) => {
    if (frame.type !== 'report' && frame.type !== 'report_delta') return [];
    const chain = frame.backfill ? chains.backfill : chains.live;
    if (frame.type === 'report_delta') return [structuredClone(chain.follow(frame, encodeFrame(frame)))];
    chain.begin(frame, encodeFrame(frame));
    return [frame];
  });
}

t.test('live first, then the backlog under the run that made it, each list of metrics once', async (t) => {
  const { delivery, sent, untilSent, earlierRun } = await startDelivery(t, { backlog: 3, ownBacklog: 2 });
  delivery.start(3, { schema: schemaFrame(), report: reportFrame(2) });
  await untilSent(5);
  t.match(sent, [
    { type: 'schema', run: 0 },
    { type: 'report', run: 0, sequence: 2, backfill: false },
    { type: 'run', run: 1, runId: earlierRun, bootId: 'earlier' },
    { type: 'schema', run: 1 },
    { type: 'report', run: 1, sequence: 1, backfill: true },
    { type: 'report', run: 1, sequence: 2, backfill: true },
    { type: 'report', run: 1, sequence: 3, backfill: true },
    { type: 'report', run: 0, sequence: 1, backfill: true },
  ]);
});

t.test('a live report overtakes the backlog, which keeps its rate and its window', async (t) => {
  const { delivery, reports, untilSent, live } = await startDelivery(t, { backlog: 200 });
  const startedAt = performance.now();
  delivery.start(1);
  await untilSent(5);
  live(1);
  const place = reports().findIndex(({ backfill }) => !backfill);
  t.ok(place === reports().length - 1 && place < 10, `behind ${place} of the backlog`);
  await untilSent(64);
  const seconds = (performance.now() - startedAt) / 1_000;
  t.ok(63 / seconds <= 60, `${Math.round(63 / seconds)} a second`);
  await new Promise((resolve) => setTimeout(resolve, 400));
  t.equal(reports().length, 64, 'no more than a window without an acknowledgement');
  delivery.onAck({ type: 'ack', run: 1, ranges: [[1, 10]] });
  await untilSent(74);
});

t.test('acknowledged reports leave the spool; acknowledgements of unknown runs do nothing', async (t) => {
  const { delivery, untilSent, spool, earlierRun } = await startDelivery(t, { backlog: 5 });
  delivery.start(1);
  await untilSent(5);
  delivery.onAck({ type: 'ack', run: 9, ranges: [[0, Number.MAX_SAFE_INTEGER]] });
  delivery.onAck({ type: 'ack', run: 0, ranges: [[0, Number.MAX_SAFE_INTEGER]] });
  delivery.onAck({
    type: 'ack',
    run: 1,
    ranges: [
      [1, 2],
      [5, Number.MAX_SAFE_INTEGER],
    ],
  });
  const left: number[] = [];
  for (let next = await spool.next({ segment: 0, index: -1 }); next; next = await spool.next(next.position)) {
    t.equal(next.runId, earlierRun.toString('hex'));
    left.push(next.report.sequence);
  }
  t.same(left, [3, 4]);
});

t.test('what is not acknowledged in time is sent again', async (t) => {
  const { delivery, reports, untilSent, live, at } = await startDelivery(t);
  delivery.start(1);
  live(1);
  live(2);
  delivery.onAck({ type: 'ack', run: 0, ranges: [[2, 2]] });
  at(31_000);
  live(3);
  await untilSent(4);
  t.same(
    reports().map(({ sequence, backfill }) => [sequence, backfill]),
    [
      [1, false],
      [2, false],
      [3, false],
      [1, true],
    ],
  );
});

t.test(
  'reports are told by their changes, live ones and the backlog each on its own, where the server takes it',
  async (t) => {
    const types = (frames: readonly Frame[]) =>
      frames.flatMap((frame) =>
        frame.type === 'report' || frame.type === 'report_delta'
          ? [`${frame.type} ${frame.backfill ? 'of the spool' : 'live'} ${frame.run}/${frame.sequence}`]
          : [],
      );
    const { delivery, sent, reports, untilSent, live } = await startDelivery(t, { backlog: 4, hasDeltas: true });
    delivery.start(1);
    live(1);
    await untilSent(2);
    live(2);
    await untilSent(6);
    live(3);
    t.same(
      types(sent).filter((one) => one.includes('live')),
      ['report live 0/1', 'report_delta live 0/2', 'report_delta live 0/3'],
    );
    t.same(
      types(sent).filter((one) => one.includes('spool')),
      [
        'report of the spool 1/1',
        'report_delta of the spool 1/2',
        'report_delta of the spool 1/3',
        'report_delta of the spool 1/4',
      ],
    );
    t.same(
      reports().map(({ type, clocks, scaled }) => ({ type, clocks, scaled })),
      reports().map(({ sequence }) => {
        const { type, clocks, scaled } = reportFrame(sequence);
        return { type, clocks, scaled };
      }),
    );
  },
);

t.test('what is sent again begins a new chain', async (t) => {
  const { delivery, sent, untilSent } = await startDelivery(t, { backlog: 3, hasDeltas: true });
  delivery.start(1);
  await untilSent(3);
  delivery.holdBack(0);
  await untilSent(6);
  t.same(
    sent.flatMap((frame) => ('sequence' in frame ? [`${frame.type} ${frame.sequence}`] : [])),
    ['report 1', 'report_delta 2', 'report_delta 3', 'report 1', 'report_delta 2', 'report_delta 3'],
  );
});

t.test('a server that is overloaded is left alone, then served again', async (t) => {
  const { delivery, reports, untilSent, at } = await startDelivery(t, { backlog: 8 });
  delivery.start(1);
  await untilSent(5);
  delivery.holdBack(10_000);
  const before = reports().length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(reports().length, before, 'nothing while it asks for patience');
  at(10_001);
  await untilSent(before + 8);
  t.same(
    reports()
      .slice(before)
      .map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5, 6, 7, 8],
    'then again from the oldest on',
  );
});

t.test('a gap is told until the server has taken it', async (t) => {
  const parent = await startDelivery(t);
  const { delivery, spool, sent, taken } = parent;
  spool.settleGaps(spool.gaps);
  const gap = { runId: 'ab'.repeat(16), bootId: 'earlier', from: 3, to: 9, cause: 'spool_full' } as const;
  (spool.gaps as (typeof gap)[]).push(gap);
  delivery.start(1);
  t.match(sent, [
    { type: 'run', run: 1, bootId: 'earlier' },
    { type: 'gap', run: 1, from: 3, to: 9, cause: 'spool_full' },
  ]);
  t.same(spool.gaps, [gap], 'sent is not taken');
  taken[0]?.();
  t.same(spool.gaps, []);
});

t.test('a connection speaks of as many runs and remembers as many schemas as the server does', async (t) => {
  const { delivery, sent, untilExhausted, live, reports } = await startDelivery(t, { shortRuns: 300 });
  delivery.start(1);
  live(1);
  const acknowledge = setInterval(() => {
    for (const { run, sequence } of reports()) delivery.onAck({ type: 'ack', run, ranges: [[sequence, sequence]] });
  }, 100);
  t.teardown(() => clearInterval(acknowledge));
  await untilExhausted();
  const runs = sent.flatMap((frame) => (frame.type === 'run' ? [frame.run] : []));
  t.same(
    runs,
    Array.from({ length: 255 }, (_, index) => index + 1),
  );
  live(2);
  t.match(
    sent.slice(-2),
    [
      { type: 'schema', run: 0 },
      { type: 'report', run: 0 },
    ],
    'the first is forgotten by now',
  );
});

t.test('what the spool could not read is asked for again', async (t) => {
  const { delivery, spool, reports, untilSent, live, at } = await startDelivery(t, { backlog: 3 });
  const next = spool.next.bind(spool);
  let isRefused = true;
  Object.defineProperties(spool, {
    next: { value: async (after: Parameters<typeof next>[0]) => (isRefused ? undefined : next(after)) },
    hasPassedOver: { get: () => isRefused },
  });
  delivery.start(1);
  live(1);
  await untilSent(1);
  delivery.onAck({ type: 'ack', run: 0, ranges: [[1, 1]] });
  isRefused = false;
  at(60_000);
  live(2);
  await untilSent(5);
  t.same(
    reports()
      .filter(({ backfill }) => backfill)
      .map(({ sequence }) => sequence),
    [1, 2, 3],
  );
});
