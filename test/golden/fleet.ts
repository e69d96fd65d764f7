import type { Frame } from '../../protocol/wire/frame.ts';
import type { Api, Caller } from './api.ts';
import { Machine } from './machine.ts';
import type { Tape } from './tape.ts';
import { stillness, time } from './world.ts';

/** The machines of two clients at three sites. Each reports at its own moment of the round, so that none waits for another. */

const cast = {
  'db-1': { client: 'Oldenburg Dental', site: 'Main office', kind: 'server' },
  'files-1': { client: 'Oldenburg Dental', site: 'Main office', kind: 'server' },
  'app-1': { client: 'Oldenburg Dental', site: 'Main office', kind: 'server' },
  'desk-1': { client: 'Oldenburg Dental', site: 'Main office', kind: 'workstation' },
  'gw-1': { client: 'Oldenburg Dental', site: 'Warehouse', kind: 'server' },
  'cam-1': { client: 'Oldenburg Dental', site: 'Warehouse', kind: 'server' },
  'scale-1': { client: 'Oldenburg Dental', site: 'Warehouse', kind: 'server' },
  'pos-1': { client: 'Weiss Bakery', site: 'Shop', kind: 'server' },
  'till-1': { client: 'Weiss Bakery', site: 'Shop', kind: 'workstation' },
  'late-1': { client: 'Oldenburg Dental', site: 'Warehouse', kind: 'server' },
} as const;
export type MachineName = keyof typeof cast;

const EVERY_MS = { server: 30_000, workstation: 60_000 };
const APART_MS = 1_730;

export class Machines {
  readonly #api: Api;
  readonly #tape: Tape;
  readonly #all = new Map<MachineName, Machine>();

  constructor(api: Api, tape: Tape) {
    this.#api = api;
    this.#tape = tape;
  }

  get(name: MachineName): Machine {
    const machine = this.#all.get(name);
    if (machine === undefined) throw new Error(`${name} has not joined.`);
    return machine;
  }

  /** With a token that `maker` makes it joins its site, connects and shows its inventory. */
  async join(name: MachineName, maker: Caller): Promise<void> {
    const { client, site, kind } = cast[name];
    const wanted = { clientName: client, siteName: site, kind, uses: 2, expiresInMs: 3_600_000 };
    const { token } = (await this.#api.act(maker, 'POST', '/api/v1/tokens', wanted)).body;
    const address = `198.51.100.${this.#all.size + 1}`;
    const machine = new Machine({ name, kind, address, everyMs: EVERY_MS[kind], onFrame: this.#record });
    const itself = { name, headers: { 'x-forwarded-for': address } };
    const { body } = await this.#api.act(itself, 'POST', '/enroll', machine.enrolment(token));
    machine.deviceId = body.deviceId;
    this.#all.set(name, machine);
    await machine.connect(this.#api.port);
    await machine.sendInventory();
  }

  /** Lets time pass until this moment, with the reports of the machines in it. */
  async passUntil(untilMs: number): Promise<void> {
    for (let next = this.#nextReport(); next.atMs < untilMs; next = this.#nextReport()) {
      await stillness.pass(next.atMs - time.now());
      await next.machine.report();
    }
    await stillness.pass(untilMs - time.now());
  }

  /** How often each was pinged. */
  recordPings(): void {
    for (const [name, { pings }] of this.#all) this.#tape.add('agents', { to: name, pings });
  }

  async stop(): Promise<void> {
    for (const machine of this.#all.values()) await machine.drop();
  }

  #nextReport(): { readonly atMs: number; readonly machine: Machine } {
    const coming = [...this.#all.values()].map((machine, index) => {
      const { everyMs } = machine.options;
      const phaseMs = (index + 1) * APART_MS;
      const rounds = Math.floor((time.now() - phaseMs) / everyMs) + 1;
      return { atMs: rounds * everyMs + phaseMs, machine };
    });
    const [first] = coming.sort((a, b) => a.atMs - b.atMs);
    if (first === undefined) throw new Error('There are no machines.');
    return first;
  }

  readonly #record = (machine: Machine, frame: Frame): void => {
    const at = new Date(time.now()).toISOString();
    this.#tape.add('agents', { at, to: machine.options.name, frame: shown(frame) });
  };
}

/** What is drawn and what is signed by it is not shown. */
function shown(frame: Frame): object {
  if (frame.type === 'challenge') return { type: frame.type, version: frame.version, serverTimeMs: frame.serverTimeMs };
  if (frame.type === 'plan' || frame.type === 'probe') return { type: frame.type, json: JSON.parse(frame.json) };
  return frame;
}
