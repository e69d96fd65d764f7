import dns, { type LookupAddress } from 'node:dns';
import dnsPromises from 'node:dns/promises';
import net, { type NetConnectOpts, type Socket } from 'node:net';

/** What this process takes for the network: a few names, and which port of this machine answers at which address. */
export class Internet {
  readonly #names = new Map<string, string>();
  readonly #ports = new Map<string, number>();

  /** From now on this port answers at that address; null: nobody does, and connections are refused. */
  route(address: string, port: number, actual: number | null): void {
    // Nothing listens on port 1 of any machine that runs tests.
    this.#ports.set(`${address}:${port}`, actual ?? 1);
  }

  name(host: string, address: string): void {
    this.#names.set(host, address);
  }

  install(): void {
    const own = dns.lookup;
    const lookup = (host: string, options: object, done: (error: unknown, found?: LookupAddress[]) => void): void => {
      // What has numbers needs no names: a server that begins to listen.
      if (net.isIP(host) !== 0) own(host, options, done as never);
      else {
        const found = this.#find(host);
        process.nextTick(() => (found instanceof Error ? done(found) : done(null, found)));
      }
    };
    Object.assign(dns, { lookup });
    Object.assign(dnsPromises, {
      lookup: async (host: string) => {
        const found = this.#find(host);
        if (found instanceof Error) throw found;
        return found;
      },
    });
    const { connect } = net;
    const connectHere = (options: NetConnectOpts | number, ...rest: never[]): Socket => {
      if (typeof options !== 'object' || !('port' in options)) return connect(options as number, ...rest);
      const port = this.#ports.get(`${options.host}:${options.port}`);
      if (port === undefined) {
        if (options.host !== '127.0.0.1') throw new Error(`The tape has no route to ${options.host}:${options.port}.`);
        return connect(options, ...rest);
      }
      return connect({ ...options, host: '127.0.0.1', family: 4, port }, ...rest);
    };
    Object.assign(net, { connect: connectHere, createConnection: connectHere });
  }

  #find(host: string): LookupAddress[] | Error {
    const address = this.#names.get(host);
    if (address !== undefined) return [{ address, family: 4 }];
    return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  }
}
