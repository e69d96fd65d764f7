import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Test } from 'tap';
import type {
  Device,
  DeviceKind,
  Incident,
  IncidentDetail,
  NewEnrolmentToken,
  PresenceInterval,
  Role,
} from '../../protocol/api/view.ts';
import { type App, createApp } from '../../server/app/app.ts';
import { readConfig } from '../../server/app/config/config.ts';
import { everyClient } from '../../server/domain/scope.ts';
import type { Clock } from '../../server/platform/clock.ts';
import type { Message } from '../../server/platform/notify/message.ts';
import { type KeptReport, storedReports } from './stored-reports.ts';
import { type StorySettings, storySettings } from './story-settings.ts';
import { tempDir } from './temp-dir.ts';
import { type Patience, until } from './until.ts';

/** The whole server in this process, on real sockets and files, and a person with keys in front of it. */

export interface StoryOptions {
  readonly dataDir?: string;
  readonly settings?: StorySettings;
  readonly clock?: Clock;
  /** What agents are asked for. */
  readonly reportInterval?: string;
  /** Serves with a certificate of its own making. */
  readonly selfSigned?: boolean;
  /** Settings of the server beside those that the story makes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each line of the log; what it throws is the fate of whoever logged. */
  readonly onLog?: (line: Record<string, unknown>) => void;
}

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any;
  readonly text: string;
}

export class StoryServer {
  readonly app: App;
  readonly dataDir: string;
  /** What people were told, in order. */
  readonly notices: readonly Message[];
  /** Lines of the server's log, parsed. */
  readonly log: readonly Record<string, unknown>[];
  readonly #keys = new Map<Role, string>();

  constructor(app: App, dataDir: string, notices: readonly Message[], log: readonly Record<string, unknown>[]) {
    this.app = app;
    this.dataDir = dataDir;
    this.notices = notices;
    this.log = log;
  }

  get address(): string {
    return this.app.address();
  }

  /** A key of this role, made when it is first asked for. */
  async key(role: Role): Promise<string> {
    const known = this.#keys.get(role);
    if (known !== undefined) return known;
    const made = { name: `${role} of the story`, role, clientId: null, createdBy: 'test' };
    const { key } = await this.app.services.apiKeys.create(this.app.services.store.scoped(everyClient), made);
    this.#keys.set(role, key);
    return key;
  }

  /** One request to the API with a key of this role; the body goes as JSON. */
  async ask(method: string, path: string, body?: unknown, role: Role = 'admin'): Promise<Answer> {
    const headers = { authorization: `Bearer ${await this.key(role)}`, 'content-type': 'application/json' };
    const start = this.address.startsWith('https:') ? httpsRequest : httpRequest;
    const request = start(this.address + path, { method, headers, agent: false, rejectUnauthorized: false });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    return { status: response.statusCode, text, body: isJson ? JSON.parse(text) : null };
  }

  /** What a `GET` answers. @throws Error unless it is 200 */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  async get(path: string, role: Role = 'viewer'): Promise<any> {
    const { status, text, body } = await this.ask('GET', path, undefined, role);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
    return body ?? text;
  }

  async token(kind: DeviceKind, siteName?: string): Promise<string> {
    return (await this.newToken(kind, 3_600_000, siteName)).token;
  }

  /** A token for one machine, with the lines to paste. */
  async newToken(kind: DeviceKind, expiresInMs = 3_600_000, siteName = 'Main office'): Promise<NewEnrolmentToken> {
    const wanted = { clientName: 'Acme', siteName, kind, uses: 1, expiresInMs };
    return (await this.ask('POST', '/api/v1/tokens', wanted)).body;
  }

  async device(id: string): Promise<Device> {
    return this.get(`/api/v1/devices/${id}`);
  }

  /** The device, once `holds` is true of it. */
  async untilDevice(id: string, what: string, holds: (device: Device) => boolean, patience?: Patience) {
    return until(
      `device ${what}`,
      async () => {
        const device = await this.device(id);
        return holds(device) && device;
      },
      patience,
    );
  }

  /** Every incident of the device that there ever was, newest first. */
  async incidents(deviceId: string): Promise<Incident[]> {
    return (await this.get(`/api/v1/incidents?state=all&device=${deviceId}`)).items;
  }

  async incident(id: string): Promise<IncidentDetail> {
    return this.get(`/api/v1/incidents/${id}`);
  }

  /** The device's newest incident of this rule, once `holds` is true of it. */
  async untilIncident(
    deviceId: string,
    rule: string,
    holds: (incident: Incident) => boolean,
    patience?: Patience,
  ): Promise<Incident> {
    const find = async () => (await this.incidents(deviceId)).find((one) => one.rule === rule && holds(one));
    return until(`incident ${rule}`, find, patience);
  }

  /** The ledger of the device, whole. */
  async presence(deviceId: string): Promise<PresenceInterval[]> {
    return (await this.get(`/api/v1/devices/${deviceId}/presence`)).items;
  }

  /** Every report of the device in the series database, oldest first. */
  reports(deviceId: string): KeptReport[] {
    return storedReports(join(this.dataDir, 'series.db')).get(deviceId) ?? [];
  }

  /** Kinds of the notices about an incident, in order. */
  noticesOf(incidentId: string): string[] {
    return this.notices
      .filter(({ payload }) => (payload as { incidentId: string }).incidentId === incidentId)
      .map(({ kind }) => kind);
  }
}

/** Starts a server on a free port; it is stopped after the test. */
export async function startServer(t: Pick<Test, 'teardown'>, options: StoryOptions = {}): Promise<StoryServer> {
  const dataDir = options.dataDir ?? tempDir(t);
  const notices: Message[] = [];
  const log: Record<string, unknown>[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    log.push(line);
    options.onLog?.(line);
  };
  const app = await createApp({
    config: readConfig({
      VIGIA_DATA_DIR: dataDir,
      VIGIA_PORT: '0',
      VIGIA_REPORT_INTERVAL: options.reportInterval ?? '1s',
      VIGIA_TLS_SELF_SIGNED: options.selfSigned ? '1' : '0',
      ...options.environment,
    }),
    logger: pino({ level: 'info' }, { write }),
    version: '0.0.0-test',
    settings: storySettings(options.settings ?? {}),
    channel: { name: 'story', deliver: async (message) => `took ${notices.push(message)}` },
    onFatal: (cause) => {
      throw cause;
    },
    ...(options.clock && { clock: options.clock }),
  });
  t.teardown(() => app.stop());
  await app.start();
  return new StoryServer(app, dataDir, notices, log);
}

/** A clock that a test may put forward, at once or by letting it run faster than the real one. */
export interface StoryClock extends Clock {
  advance(ms: number): void;
  /** From now on it runs this many times as fast as the real one. */
  pace(factor: number): void;
}

/** @param startMs what it shows now; the real time unless told */
export function storyClock(startMs = Date.now()): StoryClock {
  let factor = 1;
  let base = { realMs: Date.now(), shownMs: startMs };
  const now = () => Math.floor(base.shownMs + (Date.now() - base.realMs) * factor);
  const rebase = (aheadMs: number) => {
    base = { realMs: Date.now(), shownMs: now() + aheadMs };
  };
  return {
    now,
    driftMs: () => 0,
    advance: rebase,
    pace(next) {
      rebase(0);
      factor = next;
    },
  };
}
