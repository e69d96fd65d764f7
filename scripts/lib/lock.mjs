import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from './paths.mjs';
import { SetupError, say } from './say.mjs';

const DEADLINE_MS = 20 * 60_000;
const STALE_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const POLL_MS = 200;

/**
 * Runs the action while no other process of this clone does anything under the same name.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} action
 * @param {{deadlineMs?: number}} [options] how long to wait for the other process
 * @returns {Promise<T>}
 */
export async function withLock(name, action, { deadlineMs = DEADLINE_MS } = {}) {
  const path = inRoot('dist', `.${name}.lock`);
  await acquire(path, name, deadlineMs);
  const heartbeat = setInterval(() => utimesSync(path, new Date(), new Date()), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} name
 * @param {number} deadlineMs
 */
async function acquire(path, name, deadlineMs) {
  const giveUpAt = Date.now() + deadlineMs;
  let told = false;
  while (!(await tryCreate(path))) {
    if (isAbandoned(path)) {
      takeAway(path);
      continue;
    }
    if (Date.now() > giveUpAt) {
      throw new SetupError(`another process has held ${path} for too long; stop it or delete the file`);
    }
    if (!told) say(`Another process is busy with the same step (${name}), waiting for it ...`);
    told = true;
    await delay(POLL_MS);
  }
}

/** @param {string} path */
async function tryCreate(path) {
  try {
    await mkdir(inRoot('dist'), { recursive: true });
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EEXIST') return false;
    throw new SetupError(`cannot write to ${inRoot('dist')} (${message}); run as the owner of this folder`);
  }
}

/** A holder on this host is asked for by pid; one elsewhere (a shared folder) is known by its heartbeat. @param {string} path */
function isAbandoned(path) {
  try {
    const silentMs = Date.now() - statSync(path).mtimeMs;
    const text = readFileSync(path, 'utf8');
    if (silentMs > STALE_MS) return true;
    if (text === '') return false;
    const { pid, host } = JSON.parse(text);
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // released between two looks: the next attempt decides
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** Renaming is atomic: of two who find it abandoned, one takes it away. @param {string} path */
function takeAway(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // the other one was quicker
  }
  rmSync(aside, { force: true });
}
