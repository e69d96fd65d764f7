import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import type { FrameType } from '../../protocol/wire/frame.ts';

export interface FormerRelay {
  readonly address: string;
  /** The types of the frames that passed, either way. */
  readonly seen: ReadonlySet<FrameType>;
  /** Breaks every connection and lets none through any more. */
  cut(): void;
}

/**
 * Stands before a server and takes features out of every hello: the server sees an agent from before them, the agent a server that
 * grants none. Nothing that is signed names them.
 */
export async function formerRelay(t: Pick<Test, 'teardown'>, target: string, without: number): Promise<FormerRelay> {
  const seen = new Set<FrameType>();
  let isCut = false;
  const relay = createServer((asked, answer) => {
    const { method, headers, url = '/' } = asked;
    const forwarded = request(target + url, { method, headers, agent: false });
    forwarded.on('error', () => answer.destroy());
    forwarded.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    asked.pipe(forwarded);
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  relay.on('upgrade', (asked, socket, head) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(asked, socket, head, (near) => {
      const far = new WebSocket(`${target.replace(/^http/, 'ws')}/agent`, AGENT_SUBPROTOCOL, {
        perMessageDeflate: false,
      });
      const waiting: Buffer[] = [];
      near.on('message', (data: Buffer) => {
        const frame = decodeFrame(data);
        seen.add(frame.type);
        const passed =
          frame.type === 'hello' ? Buffer.from(encodeFrame({ ...frame, features: frame.features & ~without })) : data;
        if (far.readyState === WebSocket.OPEN) far.send(passed);
        else waiting.push(passed);
      });
      far.on('open', () => {
        for (const data of waiting) far.send(data);
      });
      far.on('message', (data: Buffer) => {
        seen.add(decodeFrame(data).type);
        near.send(data);
      });
      near.on('error', () => far.terminate()).on('close', () => far.close());
      far.on('error', () => near.terminate()).on('close', () => near.close());
    });
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets.clients) socket.terminate();
  };
  t.teardown(() => {
    cut();
    relay.closeAllConnections();
    relay.close();
  });
  return { address: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, seen, cut };
}
