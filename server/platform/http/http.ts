import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Origins } from './origin.ts';

/** The server with TypeBox types: handlers see what their schemas say. */
export type Http = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** What routes may ask of the server that they are added to. */
export interface HttpFacts {
  readonly origins: Origins;
  readonly limits: RateLimits;
}

/** Adds routes, once, before the server listens. Each route says in its `config.access` who may use it. */
export type AddRoutes = (http: Http, facts: HttpFacts) => void;

export interface CertificateFacts {
  readonly certificateHash: Uint8Array;
  readonly spkiPin: string;
  readonly selfSigned: boolean;
}

/** Requests a minute from one address. */
export interface RateLimits {
  readonly general: number;
  readonly login: number;
  readonly enrolment: number;
}

export const defaultLimits: RateLimits = { general: 6000, login: 20, enrolment: 600 };
