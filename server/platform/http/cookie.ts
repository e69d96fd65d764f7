import { fastifyCookie } from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import { KNOWN_FOR_MS } from '../security/known-places.ts';
import { SESSION_MAX_MS } from '../security/sessions.ts';

/**
 * Browsers keep a `__Host-` cookie only with `Secure` and for exactly this host. They treat http://127.0.0.1 and
 * http://localhost as secure enough for that (tried in Chromium), so plain loopback needs no weaker cookie.
 */
const NAME = '__Host-vigia';
/** Names the browser itself, for as long as its person stays known. It opens nothing. */
const BROWSER_NAME = '__Host-vigia-browser';
const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

export function setSessionCookie(reply: FastifyReply, secret: string): void {
  reply.setCookie(NAME, secret, { ...attributes, maxAge: SESSION_MAX_MS / 1000 });
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(NAME, attributes);
}

export function setBrowserCookie(reply: FastifyReply, secret: string): void {
  reply.setCookie(BROWSER_NAME, secret, { ...attributes, maxAge: KNOWN_FOR_MS / 1000 });
}

/** What the browser calls itself in a Cookie header, or null. */
export function readBrowserCookie(header: string | undefined): string | null {
  return header === undefined ? null : (fastifyCookie.parse(header)[BROWSER_NAME] ?? null);
}

/** The secret in a Cookie header, or null. */
export function readSessionCookie(header: string | undefined): string | null {
  return header === undefined ? null : (fastifyCookie.parse(header)[NAME] ?? null);
}
