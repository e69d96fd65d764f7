import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { SetupError, say } from './say.mjs';

/**
 * Programs of the operating system that the tests use for real, and the Debian packages that bring them.
 * Any one of `programs` will do.
 * @type {readonly {programs: readonly string[], packages: readonly string[]}[]}
 */
const NEEDED = [
  { programs: ['chromium', 'google-chrome', 'chromium-browser'], packages: ['chromium', 'fonts-liberation'] },
  { programs: ['prometheus'], packages: ['prometheus'] },
  { programs: ['promtool'], packages: ['prometheus'] },
  { programs: ['mkfs.ext4'], packages: ['e2fsprogs'] },
  { programs: ['mkfs.btrfs'], packages: ['btrfs-progs'] },
  { programs: ['mkfs.xfs'], packages: ['xfsprogs'] },
  { programs: ['perl'], packages: ['perl-base'] },
  { programs: ['unshare'], packages: ['util-linux'] },
  { programs: ['losetup'], packages: ['mount'] },
  { programs: ['ip'], packages: ['iproute2'] },
  { programs: ['curl'], packages: ['curl'] },
  { programs: ['nginx'], packages: ['nginx'] },
  { programs: ['systemd-analyze'], packages: ['systemd'] },
  { programs: ['newuidmap'], packages: ['uidmap'] },
  { programs: ['faketime'], packages: ['faketime'] },
  { programs: ['restic'], packages: ['restic'] },
  { programs: ['borg'], packages: ['borgbackup'] },
];

const POLICY = '/usr/sbin/policy-rc.d';

/** An ordinary user's PATH often lacks the sbin folders, where mkfs and losetup live. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The PATH, with the system's own folders behind it. @param {string | undefined} path */
export function withSystemFolders(path) {
  const folders = (path ?? '').split(delimiter).filter(Boolean);
  return [...folders, ...SYSTEM_FOLDERS.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/**
 * Where a program is, or undefined.
 * @param {string} program
 */
export function findProgram(program) {
  return withSystemFolders(process.env.PATH)
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The Debian packages still wanted on this machine for the tests, each once. */
export function missingPackages() {
  const missing = NEEDED.filter(({ programs }) => !programs.some(findProgram));
  return [...new Set(missing.flatMap(({ packages }) => packages))];
}

/**
 * Makes the system programs that the tests need available: installs them as root on Debian and Ubuntu,
 * says exactly what to install anywhere else.
 */
export async function ensureSystemPrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !findProgram('apt-get')) {
    const how = findProgram('apt-get')
      ? `run as root: ${command}`
      : `install what Debian calls: ${missing.join(' ')} (programs on the PATH: ${programNames(missing)})`;
    throw new SetupError(`the tests need programs that this machine lacks; ${how}`);
  }
  say(`Installing ${missing.join(', ')} with apt-get, a minute or two ...`);
  await withServicesHeldBack(missing, () => install(missing, command));
  const still = missingPackages();
  if (still.length > 0) {
    throw new SetupError(`apt-get was content, yet these are missing: ${programNames(still)}; put them on the PATH`);
  }
}

/** @param {readonly string[]} packages */
function programNames(packages) {
  return NEEDED.filter((need) => need.packages.some((name) => packages.includes(name)))
    .map(({ programs }) => programs[0])
    .join(', ');
}

/**
 * @param {readonly string[]} packages
 * @param {string} command shown when it fails
 */
async function install(packages, command) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  const steps = [
    ['update', '-qq', ...patience],
    ['install', '-y', '-qq', '--no-install-recommends', ...patience, ...packages],
  ];
  for (const args of steps) {
    const { ok, output } = await run('apt-get', args, { env });
    if (!ok) {
      throw new SetupError(`apt-get ${args[0]} failed: ${lastErrors(output)}; mend that, then run as root: ${command}`);
    }
  }
}

/** @param {string} output */
function lastErrors(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => line.startsWith('E:'));
  return (errors.length > 0 ? errors : lines).slice(-3).join(' ');
}

/**
 * Debian starts a service as soon as its package is installed; a test machine wants the program only.
 * @param {readonly string[]} packages
 * @param {() => Promise<void>} action
 */
async function withServicesHeldBack(packages, action) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await action();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
  if (packages.includes('prometheus') && existsSync('/run/systemd/system')) {
    await run('systemctl', ['disable', '--now', 'prometheus.service']);
  }
}
