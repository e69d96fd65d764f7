import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * Run as root with MOUNTPOINT TYPE SOURCE HANG: mounts a FUSE file system of one empty folder there, as that type and from that
 * source, and serves it. While the file HANG exists its statfs is not answered; when it is gone, those that wait are. Prints
 * `mounted`. Ends with the mount, or the mount with it: its calls then fail.
 */

const [mountpoint = '', type = '', source = '', hang = ''] = process.argv.slice(2);

/** What a file system has to understand: linux/fuse.h. */
const INIT = 26;
const GETATTR = 3;
const STATFS = 17;
/** Nobody waits for an answer to these. */
const silent = new Set([2, 42]);
const ENOSYS = 38;
const HEADER_BYTES = 16;
const POLL_MS = 20;

mkdirSync(mountpoint, { recursive: true });
const device = openSync('/dev/fuse', 2 | 0o4000);
const options = 'fd=3,rootmode=40755,user_id=0,group_id=0,allow_other';
const mount = spawn('mount', ['-i', '-t', type, '-o', options, source, mountpoint], {
  stdio: ['ignore', 'inherit', 'inherit', device],
});
mount.on('exit', (code) => {
  if (code !== 0) process.exit(1);
  process.stdout.write('mounted\n');
});

const waiting: bigint[] = [];
const request = Buffer.alloc(1 << 17);

function reply(id: bigint, body: Buffer, error = 0): void {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt32LE(HEADER_BYTES + body.length, 0);
  head.writeInt32LE(-error, 4);
  head.writeBigUInt64LE(id, 8);
  writeSync(device, Buffer.concat([head, body]));
}

function replyStatfs(id: bigint): void {
  const body = Buffer.alloc(80);
  for (const [index, count] of [100_000n, 50_000n, 50_000n, 1_000n, 500n].entries())
    body.writeBigUInt64LE(count, index * 8);
  for (const [index, number] of [4096, 255, 4096].entries()) body.writeUInt32LE(number, 40 + index * 4);
  reply(id, body);
}

function answer(code: number, id: bigint): void {
  if (code === STATFS) {
    if (existsSync(hang)) waiting.push(id);
    else replyStatfs(id);
  } else if (code === INIT) {
    const body = Buffer.alloc(64);
    for (const [index, number] of [7, 31, 65_536, 0].entries()) body.writeUInt32LE(number, index * 4);
    body.writeUInt16LE(12, 16);
    body.writeUInt16LE(9, 18);
    body.writeUInt32LE(65_536, 20);
    body.writeUInt32LE(1, 24);
    reply(id, body);
  } else if (code === GETATTR) {
    const body = Buffer.alloc(104);
    body.writeBigUInt64LE(1n, 16);
    body.writeUInt32LE(0o40755, 76);
    body.writeUInt32LE(2, 80);
    body.writeUInt32LE(4096, 96);
    reply(id, body);
  } else if (!silent.has(code)) reply(id, Buffer.alloc(0), ENOSYS);
}

/** Takes what has come, if anything has. */
function serve(): void {
  if (!existsSync(hang)) for (const id of waiting.splice(0)) replyStatfs(id);
  for (;;) {
    try {
      readSync(device, request);
      answer(request.readUInt32LE(4), request.readBigUInt64LE(8));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever asked has gone meanwhile.
      if (code === 'ENOENT' || code === 'EINTR') continue;
      if (code === 'EAGAIN' || code === 'EPERM') return;
      process.exit(0);
    }
  }
}

setInterval(serve, POLL_MS);
