import * as calls from 'node:fs';
import { promisify } from 'node:util';

/**
 * The calls of node:fs that wait in the thread pool and not in the loop, as promises. node:fs/promises offers the same, and takes
 * a megabyte of readline, watchers and streams with it.
 */

export const close = promisify(calls.close);
export const fdatasync = promisify(calls.fdatasync);
export const fstat = promisify(calls.fstat);
export const mkdir = promisify(calls.mkdir);
export const open = promisify(calls.open);
export const read = promisify(calls.read);
export const readdir = promisify(calls.readdir);
export const readFile = promisify(calls.readFile);
export const readlink = promisify(calls.readlink);
export const rename = promisify(calls.rename);
export const rm = promisify(calls.rm);
export const stat = promisify(calls.stat);
export const statfs = promisify(calls.statfs);
export const write = promisify(calls.write);
export const writeFile = promisify(calls.writeFile);
