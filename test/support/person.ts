import type { Answer, StoryServer } from './story.ts';

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Somebody in front of a story's server, who logs in with a password as a browser does: what a key does is no act of a person. */
export class Person {
  readonly #server: StoryServer;
  readonly #account: Account;
  #cookie = '';

  /** Makes the first account by the link that the server shows at its first start; its owner is an admin, and logged in. */
  static async first(server: StoryServer, account: Account): Promise<Person> {
    const token = new URL(server.app.firstRunLink() ?? '').hash.replace('#token=', '');
    const person = new Person(server, account);
    await person.#enter('/api/v1/first-run', { token, ...account });
    return person;
  }

  private constructor(server: StoryServer, account: Account) {
    this.#server = server;
    this.#account = account;
  }

  get name(): string {
    return this.#account.name;
  }

  /** Makes an account for somebody else, who then logs in. */
  async invite(account: Account, role: 'admin' | 'technician' | 'viewer'): Promise<Person> {
    await this.do('POST', '/api/v1/users', { ...account, role });
    const person = new Person(this.#server, account);
    await person.logIn();
    return person;
  }

  async logIn(): Promise<void> {
    const { email, password } = this.#account;
    await this.#enter('/api/v1/session', { email, password });
  }

  /** One request with the session's cookie, whatever it answers. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const { address } = this.#server;
    const response = await fetch(address + path, {
      method,
      headers: {
        origin: address,
        cookie: this.#cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (cookies.length > 0) this.#cookie = cookies.join('; ');
    return { status: response.status, text, body: isJson ? JSON.parse(text) : null };
  }

  /** What a request answers that succeeds. @throws Error otherwise, with what the server said */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  async do(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body ?? answer.text;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  get(path: string): Promise<any> {
    return this.do('GET', path);
  }

  async #enter(path: string, body: unknown): Promise<void> {
    this.#cookie = '';
    await this.do('POST', path, body);
  }
}
