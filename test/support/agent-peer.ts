import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';
import { type WebSocket, WebSocketServer } from 'ws';
import { rawPublicKey, verifySignature } from '../../agent/identity/keys.ts';
import {
  type EnrolmentRequest,
  enrolmentAnswerMessage,
  enrolmentRequestMessage,
  formatEnrolmentToken,
} from '../../protocol/api/enrolment.ts';
import { type ErrorCode, errorCodes } from '../../protocol/error.ts';
import { ChainReader } from '../../protocol/wire/chain.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import {
  agentProofMessage,
  type ChallengeFrame,
  Feature,
  type Frame,
  type HelloFrame,
  type ReportFrame,
  serverProofMessage,
} from '../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { PATIENCE_MS } from './until.ts';

/**
 * The server's half of the protocol with real keys, real sockets and a memory instead of a store: it enrols, proves its
 * identity, checks the agent's, and acknowledges. Tests make it misbehave through {@link Peer.manners}.
 */

export interface PeerOptions {
  readonly tls?: boolean;
  readonly port?: number;
  /** Keeps identity and certificate of an earlier peer, as a server does that was restarted. */
  readonly likePeer?: Peer;
}

export interface ReceivedReport {
  readonly connection: number;
  /** Hex. */
  readonly runId: string;
  readonly bootId: string;
  readonly metrics: readonly MetricDescriptor[];
  readonly report: ReportFrame;
}

export interface Manners {
  acknowledge: boolean;
  /** Answers nothing at all after the upgrade. */
  mute: boolean;
  /** Answers no pings. */
  deaf: boolean;
  challenge: (challenge: ChallengeFrame) => Frame | Uint8Array;
  /** Instead of the welcome. */
  refusal: Frame | undefined;
  intervalMs: number;
  /** What it grants to an agent that asks for it. */
  features: number;
  /** Of the clock that enrolment shows. */
  clockOffsetMs: number;
  certificateHash: Uint8Array;
  /** The answer to an enrolment, changed before it is sent. */
  enrolment: (answer: Record<string, unknown>) => Record<string, unknown>;
}

type Certificate = { readonly private: string; readonly cert: string };

export class Peer extends EventEmitter {
  readonly identity: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly certificate: Certificate | undefined;
  readonly manners: Manners;
  readonly tokens = new Map<string, { usesLeft: number; expired: boolean }>();
  /** Raw keys, base64url, of enrolled agents. */
  readonly devices = new Set<string>();
  readonly requests: string[] = [];
  readonly enrolments: EnrolmentRequest[] = [];
  readonly hellos: HelloFrame[] = [];
  readonly frames: { readonly connection: number; readonly frame: Frame }[] = [];
  readonly reports: ReceivedReport[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Map<WebSocket, number>();
  #connections = 0;

  static async start(options: PeerOptions = {}): Promise<Peer> {
    const certificate = options.likePeer?.certificate ?? (options.tls ? await makeCertificate() : undefined);
    const peer = new Peer(certificate, options.likePeer);
    peer.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  private constructor(certificate: Certificate | undefined, earlier: Peer | undefined) {
    super();
    this.certificate = certificate;
    this.identity = earlier?.identity ?? generateKeyPairSync('ed25519');
    if (earlier !== undefined) for (const device of earlier.devices) this.devices.add(device);
    this.manners = {
      acknowledge: true,
      mute: false,
      deaf: false,
      challenge: (challenge) => challenge,
      refusal: undefined,
      intervalMs: 10_000,
      features: Feature.deltaReports,
      clockOffsetMs: 0,
      certificateHash: certificate === undefined ? new Uint8Array() : hashOf(certificate.cert),
      enrolment: (answer) => answer,
    };
    const onRequest = (request: IncomingMessage, response: ServerResponse) => void this.#onRequest(request, response);
    this.#server =
      certificate === undefined
        ? createServer(onRequest)
        : createTlsServer({ key: certificate.private, cert: certificate.cert }, onRequest);
    this.#server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.#server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (link) => this.#serve(link));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  get identityKey(): Uint8Array {
    return rawPublicKey(this.identity.publicKey);
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Sequences by run, in order of arrival. */
  sequences(runId?: string): number[] {
    return this.reports.filter((one) => runId === undefined || one.runId === runId).map((one) => one.report.sequence);
  }

  framesOf<T extends Frame['type']>(type: T): Extract<Frame, { type: T }>[] {
    return this.frames.flatMap(({ frame }) => (frame.type === type ? [frame as Extract<Frame, { type: T }>] : []));
  }

  createToken(uses = 1, expired = false): string {
    const secret = randomBytes(16).toString('base64url');
    const fingerprint = createHash('sha256').update(this.identityKey).digest('base64url');
    const token = formatEnrolmentToken({ secret, fingerprint });
    this.tokens.set(token, { usesLeft: uses, expired });
    return token;
  }

  /** Sends a frame, or bytes that are none, to every agent. */
  broadcast(frame: Frame | Uint8Array): void {
    for (const link of this.#links.keys()) link.send(frame instanceof Uint8Array ? frame : encodeFrame(frame));
  }

  /** Takes nothing more from any connection. */
  pauseReading(): void {
    for (const link of this.#links.keys()) link.pause();
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.drop();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  /** Waits until `holds` does, looking again whenever something arrives. */
  async until(what: string, holds: () => boolean, deadlineMs = PATIENCE_MS): Promise<void> {
    const deadline = AbortSignal.timeout(deadlineMs);
    while (!holds()) {
      await once(this, 'change', { signal: deadline }).catch(() => {
        throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
      });
    }
  }

  #serve(link: WebSocket): void {
    this.#connections += 1;
    const connection = this.#connections;
    this.#links.set(link, connection);
    this.emit('change');
    link.on('close', () => {
      this.#links.delete(link);
      this.emit('change');
    });
    link.on('error', () => link.terminate());
    if (this.manners.mute) return;
    const send = (frame: Frame) => link.send(encodeFrame(frame));
    const runs = new Map<number, { runId: string; bootId: string }>();
    const schemas = new Map<string, readonly MetricDescriptor[]>();
    const chains = { live: new ChainReader(), backfill: new ChainReader() };
    const nonce = randomBytes(32);
    let hello: HelloFrame | undefined;
    let isAuthenticated = false;
    link.on('message', (data: Buffer) => {
      let frame = decodeFrame(data);
      this.frames.push({ connection, frame });
      if (frame.type === 'report' || frame.type === 'report_delta') {
        const chain = frame.backfill ? chains.backfill : chains.live;
        if (frame.type === 'report') chain.begin(frame, data);
        else frame = structuredClone(chain.follow(frame, data));
      }
      if (frame.type === 'hello') {
        hello = frame;
        this.hellos.push(frame);
        runs.set(0, { runId: hex(frame.runId), bootId: frame.bootId });
        const answer = this.manners.challenge(this.#challenge(frame.nonce, nonce));
        link.send(answer instanceof Uint8Array ? answer : encodeFrame(answer));
      } else if (frame.type === 'proof' && hello !== undefined) {
        const message = agentProofMessage(this.identityKey, nonce, hello.nonce, hello.runId);
        const isKnown = this.devices.has(Buffer.from(hello.publicKey).toString('base64url'));
        isAuthenticated = isKnown && verifySignature(hello.publicKey, message, frame.signature);
        if (this.manners.refusal !== undefined) send(this.manners.refusal);
        else if (isAuthenticated) send(welcome(this.manners.intervalMs, hello.features & this.manners.features));
        else send(refusal('agent_unknown'));
      } else if (!isAuthenticated && frame.type !== 'error') {
        send(refusal('frame_unexpected'));
      } else if (frame.type === 'run') {
        runs.set(frame.run, { runId: hex(frame.runId), bootId: frame.bootId });
      } else if (frame.type === 'schema') {
        schemas.set(`${frame.run}/${frame.schema}`, frame.metrics);
      } else if (frame.type === 'report') {
        const run = runs.get(frame.run);
        const metrics = schemas.get(`${frame.run}/${frame.schema}`);
        if (run === undefined || metrics?.length !== frame.scaled.length) send(refusal('schema_unknown'));
        else {
          this.reports.push({ connection, ...run, metrics, report: frame });
          const { sequence } = frame;
          if (this.manners.acknowledge) send({ type: 'ack', run: frame.run, ranges: [[sequence, sequence]] });
        }
      } else if (frame.type === 'ping' && !this.manners.deaf) {
        send({ type: 'pong', id: frame.id, clocks: { wallMs: Date.now(), monotonicMs: 0, bootMs: 0 } });
      }
      this.emit('change');
    });
  }

  #challenge(agentNonce: Uint8Array, nonce: Uint8Array): ChallengeFrame {
    const { certificateHash } = this.manners;
    const message = serverProofMessage(agentNonce, nonce, certificateHash);
    return {
      type: 'challenge',
      version: 1,
      nonce,
      identityKey: this.identityKey,
      certificateHash,
      serverTimeMs: Date.now(),
      signature: sign(null, message, this.identity.privateKey),
    };
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const answer = (status: number, document: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    };
    const fail = (status: number, code: ErrorCode) => {
      answer(status, { error: { code, message: errorCodes[code], details: { serverTimeMs: this.#nowMs() } } });
    };
    if (url.pathname !== '/enroll') return fail(404, 'not_found');
    if (request.method === 'GET') {
      const agentNonce = Buffer.from(url.searchParams.get('nonce') ?? '', 'base64url');
      const { identityKey, certificateHash, signature } = this.#challenge(agentNonce, new Uint8Array(32));
      const serverTimeMs = this.#nowMs();
      return answer(200, {
        identityKey: base64url(identityKey),
        certificateHash: base64url(certificateHash),
        serverTimeMs,
        signature: base64url(signature),
      });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as EnrolmentRequest;
    this.enrolments.push(body);
    const token = this.tokens.get(body.token);
    const publicKey = Buffer.from(body.publicKey, 'base64url');
    const nonce = Buffer.from(body.nonce, 'base64url');
    const message = enrolmentRequestMessage(body.token, nonce, publicKey);
    if (token === undefined) return fail(401, 'token_invalid');
    if (token.expired) return fail(401, 'token_expired');
    if (token.usesLeft === 0) return fail(401, 'token_used_up');
    if (Math.abs(body.wallMs - this.#nowMs()) > 300_000) return fail(400, 'clock_skew');
    if (!verifySignature(publicKey, message, Buffer.from(body.signature, 'base64url'))) {
      return fail(400, 'signature_invalid');
    }
    token.usesLeft -= 1;
    this.devices.add(body.publicKey);
    const { certificateHash } = this.manners;
    const signed = enrolmentAnswerMessage(nonce, publicKey, certificateHash);
    answer(
      200,
      this.manners.enrolment({
        deviceId: 'device-1',
        identityKey: base64url(this.identityKey),
        certificateHash: base64url(certificateHash),
        serverTimeMs: this.#nowMs(),
        signature: base64url(sign(null, signed, this.identity.privateKey)),
        wsPath: '/agent',
        kind: 'server',
        clientName: 'Acme',
        siteName: 'Main office',
        intervalMs: this.manners.intervalMs,
      }),
    );
  }

  #nowMs(): number {
    return Date.now() + this.manners.clockOffsetMs;
  }
}

async function makeCertificate(): Promise<Certificate> {
  return await generate([{ name: 'commonName', value: '127.0.0.1' }], { keyType: 'ec', algorithm: 'sha256' });
}

function hashOf(pem: string): Uint8Array {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest();
}

function welcome(intervalMs: number, features: number): Frame {
  return { type: 'welcome', deviceId: 'device-1', features, intervalMs, serverTimeMs: Date.now() };
}

export function refusal(code: ErrorCode, retryInMs = 0): Frame {
  return { type: 'error', code, message: errorCodes[code], fatal: true, retryInMs };
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}

function base64url(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}
