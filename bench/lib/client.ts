import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { WebSocket } from 'ws';
import type { LiveServerMessage } from '../../protocol/api/view.ts';
import type { FleetFolder } from './fleet-folder.ts';
import { say } from './say.ts';

/** One person or machine at the server's HTTP side. */
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
/** A server without a processor of its own may take its time over a scrape. */
const DEADLINE_MS = 180_000;
const RETRY_MS = 1_000;

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly cookie: string | undefined;
}

export async function ask(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: object } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers };
  const isTls = url.startsWith('https:');
  const settings = { method: options.method ?? 'GET', headers, timeout: DEADLINE_MS };
  const sent = isTls ? request(url, { ...settings, agent }) : plainRequest(url, settings);
  sent.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', (cause) => reject(new Error(`the answer of ${url} was cut off`, { cause })));
    response.on('end', () => {
      const cookie = response.headers['set-cookie']?.[0]?.split(';')[0];
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), cookie });
    });
  });
  sent.on('timeout', () => sent.destroy(new Error(`${url} did not answer in time`)));
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** What Prometheus would see. */
export async function scrape(origin: string, key: string): Promise<{ text: string; bytes: number }> {
  const { status, body } = await ask(`${origin}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  if (status !== 200) throw new Error(`/metrics answered ${status}: ${body.subarray(0, 200).toString()}`);
  return { text: body.toString(), bytes: body.length };
}

/** The value of a metric without labels or with exactly these; NaN if it is not there. */
export function metricIn(text: string, series: string): number {
  const start = text.startsWith(`${series} `) ? 0 : text.indexOf(`\n${series} `) + 1;
  if (start === 0 && !text.startsWith(`${series} `)) return Number.NaN;
  return Number(text.slice(start + series.length + 1, text.indexOf('\n', start + series.length)));
}

/** A dashboard: logged in, with its live connection. */
export interface Dashboard {
  readonly cookie: string;
  /** Bytes that the live connection brought. */
  liveBytes(): number;
  /** Resolves with the time (ms since 1970) when a live message fits; rejects after the deadline. */
  waitFor(fits: (message: LiveServerMessage) => boolean, deadlineMs: number): Promise<number>;
  close(): void;
}

/** Somebody logs in, loads the overview and opens the page of one device. */
export async function openDashboard(origin: string, folder: FleetFolder): Promise<Dashboard> {
  const { email, password, deviceIds } = folder;
  const login = await ask(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { origin },
    body: { email, password },
  });
  if (login.status !== 200 || login.cookie === undefined) {
    throw new Error(`the login answered ${login.status}: ${login.body.toString()}`);
  }
  const { cookie } = login;
  const waiting = new Set<(message: LiveServerMessage) => void>();
  let bytes = 0;
  const look = async (): Promise<WebSocket> => {
    const overview = await ask(`${origin}/api/v1/overview`, { headers: { cookie } });
    if (overview.status !== 200) throw new Error(`the overview answered ${overview.status}`);
    const opened = new WebSocket(`${origin.replace(/^http/, 'ws')}/live`, {
      headers: { cookie, origin },
      rejectUnauthorized: false,
      perMessageDeflate: false,
    });
    opened.on('message', (data: Buffer) => {
      bytes += data.length;
      // A browser would parse each; here only what is waited for, so that the load has the machine.
      if (waiting.size === 0) return;
      const message = JSON.parse(data.toString()) as LiveServerMessage;
      for (const take of waiting) take(message);
    });
    await once(opened, 'open', { signal: AbortSignal.timeout(DEADLINE_MS) });
    opened.send(JSON.stringify({ type: 'watch', deviceId: deviceIds[0] ?? null }));
    // As a page does: it is cut off if it is far behind, such as when thousands of machines come up in one second.
    opened.once('close', () => {
      if (!isClosed) setTimeout(() => void again(), RETRY_MS);
    });
    return opened;
  };
  const again = async (): Promise<void> => {
    try {
      socket = await look();
      if (isClosed) socket.terminate();
    } catch (cause) {
      // The server is away: that is what some measurements do.
      if (isClosed) return;
      say(`the dashboard could not connect: ${cause instanceof Error ? cause.message : String(cause)}`);
      setTimeout(() => void again(), RETRY_MS);
    }
  };
  let isClosed = false;
  let socket = await look();
  return {
    cookie,
    liveBytes: () => bytes,
    waitFor(fits, deadlineMs) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const take = (message: LiveServerMessage): void => {
        if (fits(message)) resolve(Date.now());
      };
      waiting.add(take);
      const deadline = setTimeout(() => reject(new Error('the dashboard was not told in time')), deadlineMs);
      return promise.finally(() => {
        clearTimeout(deadline);
        waiting.delete(take);
      });
    },
    close() {
      isClosed = true;
      socket.terminate();
    },
  };
}
