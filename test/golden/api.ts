import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Tape } from './tape.ts';
import { stillness, time } from './world.ts';

export const PUBLIC_URL = 'https://vigia.example';

/** Who asks: a name for the tape and the headers that prove it. */
export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Parsed if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the story looks into bodies freely
  readonly body: any;
}

/** Asks the server over HTTP, as its proxy does for people. */
export class Api {
  readonly port: number;
  readonly #tape: Tape;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number, tape: Tape) {
    this.port = port;
    this.#tape = tape;
  }

  async ask(caller: Caller, method: string, path: string, body?: unknown): Promise<Answer> {
    return stillness.during(this.#exchange(caller, method, path, body), `${method} ${path} as ${caller.name}`);
  }

  /** An act of the story: asked, put on the tape, and answered well. @throws Error otherwise */
  async act(caller: Caller, method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.ask(caller, method, path, body);
    const at = new Date(time.now()).toISOString();
    this.#tape.add('acts', {
      asked: `${at} ${caller.name} ${method} ${path}`,
      ...(body === undefined ? {} : { sent: body }),
      status: answer.status,
      body: answer.body,
    });
    if (answer.status >= 400)
      throw new Error(`${at} ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** Hangs up. */
  async close(): Promise<void> {
    this.#agent.destroy();
    await stillness.settle();
  }

  async #exchange(caller: Caller, method: string, path: string, body: unknown): Promise<Answer> {
    const content = body === undefined ? null : JSON.stringify(body);
    const request = httpRequest({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      agent: this.#agent,
      headers: {
        ...(content === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
        ...(method === 'GET' ? {} : { origin: PUBLIC_URL }),
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
        ...caller.headers,
      },
    });
    request.end(content);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }
}

/** Somebody who has logged in, by the cookies that the server has set. */
export function loggedIn(name: string, { headers }: Answer, address: string): Caller {
  const cookies = (headers['set-cookie'] ?? []).map((cookie) => cookie.slice(0, cookie.indexOf(';')));
  return { name, headers: { cookie: cookies.join('; '), origin: PUBLIC_URL, 'x-forwarded-for': address } };
}
