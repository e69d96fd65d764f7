import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { createApiKeys } from '../../server/platform/security/api-keys.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { makeToken } from '../support/offline-token.ts';
import { type ServerChild, startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { until } from '../support/until.ts';

/**
 * A real server process, a real server of mail and a real webhook. The server is killed with -9 at every awkward moment of
 * telling; nobody may miss a message, and whoever gets one twice must be able to know it by its key.
 */
const GiB = 1024 ** 3;
const patience = { everyMs: 20 };

t.setTimeout(900_000);

t.test('no message is lost by a kill, and none is told twice under two names', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-telling-'));
  const port = await freePort();
  const token = await makeToken(dataDir);
  const key = await makeKey(dataDir);
  const disk = {
    ...defaultSettings.disk,
    levels: defaultSettings.disk.levels.map((level) => ({ ...level, forMs: 0 })),
  };
  const start = () =>
    startServerChild({ dataDir, port, settings: { disk }, environment: { VIGIA_NOTIFY_PRIVATE: '1' } });
  let server: ServerChild = await start();
  const restart = async (): Promise<void> => {
    await server.kill();
    server = await start();
  };

  /** What a receiver does before it answers, once. */
  let onMail: (() => unknown) | null = null;
  let onHook: (() => unknown) | null = null;
  const once = async (work: (() => unknown) | null): Promise<void> => void (await work?.());
  const smtp = await startSmtpReceiver(t, {
    security: 'none',
    onMail: async () => {
      const work = onMail;
      onMail = null;
      await once(work);
    },
  });
  const hook = await startHttpReceiver(t, {
    port: await freePort(),
    onReceived: async () => {
      const work = onHook;
      onHook = null;
      await once(work);
      return undefined;
    },
  });
  const addReceiver = async (name: string, target: object): Promise<void> => {
    const answer = await fetch(`${server.address}/api/v1/receivers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, clientId: null, minPriority: 'high', clocks: true, target }),
    });
    t.equal(answer.status, 201, await answer.text());
  };
  await addReceiver('mail', {
    kind: 'email',
    host: '127.0.0.1',
    port: smtp.port,
    security: 'none',
    user: null,
    from: 'vigia@msp.example',
    to: ['ops@msp.example'],
  });
  await addReceiver('hook', { kind: 'webhook', url: hook.url, secret: 'a secret of the hook' });

  let isFull = false;
  const agent = await startSimAgent({
    server: server.address,
    token,
    name: 'sim',
    intervalMs: 200,
    patience: 0,
    machine: { availableBytes: () => (isFull ? GiB : 50 * GiB) },
  });
  t.teardown(async () => {
    await server.kill();
    await agent.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const path = join(dataDir, 'state.db');
  const outbox = (): number => query<{ count: number }>(path, 'SELECT count(*) AS count FROM outbox')[0]?.count ?? 0;
  await until('the agent is heard', () => agent.rounds() > 5, patience);

  let told = 0;
  /** The disk fills, or has room again: one message to each. */
  const edge = async (): Promise<void> => {
    isFull = !isFull;
    told += 1;
    await until(`edge ${told} is written`, () => outbox() === told, patience);
  };
  const mails = () => new Set(smtp.mails.map(({ headers }) => headers['message-id']));
  const hooks = () => new Set(hook.received.map(({ body }) => JSON.parse(body).id as string));
  const unmarked = (kind: string): number => {
    const rows = query<{ kind: string }>(
      path,
      `SELECT receiver.kind FROM outbox LEFT JOIN receiver LEFT JOIN delivery
        ON outbox_id = outbox.id AND receiver_id = receiver.id WHERE delivery.delivered_at IS NULL`,
    );
    return rows.filter((row) => row.kind === kind).length;
  };
  const settled = () =>
    until(
      `message ${told} is everywhere`,
      () => mails().size === told && hooks().size === told && unmarked('email') + unmarked('webhook') === 0,
      patience,
    );

  const isKilled = () => until('the kill', () => server.process.signalCode === 'SIGKILL', patience);

  await t.test('undisturbed', async (t) => {
    await edge();
    await settled();
    t.match(smtp.mails[0]?.headers.subject, /^High: sim: \/data/);
    t.match(smtp.mails[0]?.text, 'Device: sim');
    t.match(JSON.parse(hook.received[0]!.body), { kind: 'incident.raised', facts: { Device: 'sim' } });
  });

  await t.test('killed before anything was made of the message', async (t) => {
    await edge();
    await restart();
    await settled();
    t.match(smtp.mails.at(-1)?.headers.subject, /^Resolved: sim: /);
  });

  await t.test('killed between two receivers', async (t) => {
    const hold = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    onHook = () => {
      asked.resolve();
      return hold.promise;
    };
    await edge();
    await until('the mail', () => mails().size === told && unmarked('email') === 0, patience);
    await asked.promise;
    await restart();
    hold.resolve();
    await settled();
    t.equal(smtp.mails.filter(({ headers }) => headers['message-id'] === [...mails()].at(-1)).length, 1, 'one mail');
  });

  await t.test('killed after a receiver took the message and before it was marked', async (t) => {
    onMail = () => server.kill();
    await edge();
    await isKilled();
    server = await start();
    await settled();
    const ids = smtp.mails.map(({ headers }) => headers['message-id']);
    t.equal(ids.at(-1), ids.at(-2), 'a repeat that can be known');
  });

  await t.test('killed at both at once, and politely stopped', async (t) => {
    onMail = () => server.kill();
    await edge();
    await isKilled();
    server = await start();
    await edge();
    await server.stop();
    server = await start();
    await settled();
    t.equal(mails().size, told);
  });

  const kinds = query<{ kind: string }>(path, 'SELECT kind FROM outbox ORDER BY id').map(({ kind }) => kind);
  const wanted = Array.from({ length: told }, (_, n) => (n % 2 === 0 ? 'incident.raised' : 'incident.resolved'));
  t.same(kinds, wanted, 'the server told of what happened, and of nothing else');
  const ordered = [...new Map(hook.received.map(({ body }) => [JSON.parse(body).id, JSON.parse(body).kind])).values()];
  t.same(ordered, wanted, 'in the order in which it happened');
  t.comment(`${told} messages; ${smtp.mails.length} mails and ${hook.received.length} posts arrived`);
});

async function makeKey(dataDir: string): Promise<string> {
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  const { key } = await createApiKeys(store, Date.now).create(store.scoped(everyClient), {
    name: 'story',
    role: 'admin',
    clientId: null,
    createdBy: 'test',
  });
  await store.close();
  return key;
}

function query<T>(path: string, sql: string): T[] {
  const state = new DatabaseSync(path, { readOnly: true });
  try {
    return state.prepare(sql).all() as T[];
  } finally {
    state.close();
  }
}
