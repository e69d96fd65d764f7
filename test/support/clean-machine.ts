import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Finished } from './story-agent.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

/**
 * A machine on which nothing of ours ever was: a root of its own in memory with the programs of this one, its own processes,
 * users and name, and the same network. It is gone with the test. Root makes it as root; an ordinary user in a user namespace,
 * with the users of /etc/subuid as those of the machine.
 */

export interface CleanMachineOptions {
  /** Boots the systemd of this machine in it, which root alone may do. */
  readonly systemd?: boolean;
}

const buildScript = `
  set -e
  # A server in this process may have taken it to 077.
  umask 022
  root=$1 init=$2
  hostname clean-machine
  mount -t tmpfs -o mode=755 clean-machine "$root"
  cd "$root"
  mkdir -m 755 dev etc home opt proc root run sys usr var var/lib var/tmp
  mkdir -m 1777 tmp
  mount --rbind /usr usr
  for entry in /bin /sbin /lib /lib32 /lib64 /libx32; do
    if [ -L "$entry" ]; then cp -P "$entry" ".$entry"
    elif [ -d "$entry" ]; then mkdir ".$entry"; mount --rbind "$entry" ".$entry"; fi
  done
  mount -t proc proc proc
  mount --rbind /sys sys
  for device in full null random urandom zero; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
  ln -s /proc/self/fd dev/fd
  mkdir -p etc/ssl
  for entry in alternatives debian_version ld.so.cache login.defs os-release ssl/certs ssl/openssl.cnf; do
    [ ! -e "/etc/$entry" ] || cp -a --no-preserve=ownership "/etc/$entry" "etc/$entry"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
  echo 'root:*:20000::::::' >etc/shadow
  echo 'root:x:0:' >etc/group
  echo 'root:*::' >etc/gshadow
  echo 'passwd: files' >etc/nsswitch.conf
  echo '127.0.0.1 localhost' >etc/hosts
  tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
  : >etc/.pwd.lock
  for file in passwd shadow group gshadow; do cp "etc/$file" "etc/$file-"; done
  chmod 600 etc/shadow etc/gshadow etc/shadow- etc/gshadow- etc/.pwd.lock
  if [ "$init" = systemd ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 run run
    # The settings of the kernel are those of the machine around it.
    mount --bind proc/sys proc/sys
    mount -o remount,bind,ro proc/sys
    # Of all that Debian would start, the journal is enough.
    mkdir -p etc/systemd/system
    for unit in usr/lib/systemd/system/*.wants/* getty.target console-getty.service systemd-journald-audit.socket \\
      systemd-remount-fs.service; do
      case $unit in
        *journald.service | *journald.socket | *dev-log.socket | *.wants/*.target) ;;
        *) ln -sf /dev/null "etc/systemd/system/\${unit##*/}" ;;
      esac
    done
  fi
  mkdir old
  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  echo ready
  if [ "$init" = systemd ]; then
    exec env -i container=vigia PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
      /lib/systemd/systemd --unit=multi-user.target --log-target=journal >/dev/null 2>&1
  fi
  exec sleep infinity`;

/** systemd takes its cgroup for the root of all: it gets one of its own, which $1 names. */
const cgroupScript = `
  set -e
  folder=$1; shift
  mkdir "$folder/cgroup"
  mount -t cgroup2 cgroup2 "$folder/cgroup"
  group=$folder/cgroup/vigia-test-\${folder##*-}
  mkdir "$group"
  echo $$ >"$group/cgroup.procs"
  umount "$folder/cgroup"
  exec unshare --cgroup "$@"`;

const removeCgroupScript = `
  set -e
  mount -t cgroup2 cgroup2 "$1/cgroup"
  tries=0
  # The last of its processes may still be on their way out.
  until find "$1/cgroup/vigia-test-\${1##*-}" -depth -type d -exec rmdir '{}' + 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ]
    sleep 0.1
  done`;

/** Every file with its kind, mode, owner and content, but for devices and the backups that useradd keeps. */
const listScript = `
  { find / -xdev -path /dev -prune -o ! -name '*-' -printf '%y %m %U:%G %p %l\\n'
    find / -xdev -path /dev -prune -o -type f ! -name '*-' -exec sha256sum '{}' +; } | sort`;

export class CleanMachine {
  readonly #enter: readonly string[];

  constructor(enter: readonly string[]) {
    this.#enter = enter;
  }

  /** Starts a command line as root of the machine, in an empty environment. */
  start(line: string): ChildProcess {
    return spawn('nsenter', [...this.#enter, '/bin/sh', '-c', `umask 022; ${line}`], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** A command line for `sh` here that becomes this one there, which may name the arguments of the former. */
  command(line: string): string {
    return `/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin nsenter ${this.#enter.join(' ')} ${line}`;
  }

  /** Runs a command line to its end. */
  async run(line: string): Promise<Finished> {
    const child = this.start(line);
    const deadline = setTimeout(() => child.kill('SIGKILL'), 300_000);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    const [code, signal] = await once(child, 'close');
    clearTimeout(deadline);
    return { code, signal, stdout, stderr };
  }

  /** Runs a command line that must succeed, and returns what it printed. */
  async expect(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line);
    if (code !== 0) throw new Error(`${line} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** All of its files and users, to be compared. */
  async files(): Promise<string[]> {
    return (await this.expect(listScript)).trimEnd().split('\n');
  }
}

export async function cleanMachine(
  t: Pick<Test, 'teardown'>,
  { systemd = false }: CleanMachineOptions = {},
): Promise<CleanMachine> {
  const folder = tempDir(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  const isRoot = process.getuid?.() === 0;
  const namespaces = ['--mount', '--pid', '--uts', '--ipc'];
  const user = isRoot ? [] : ['--user', '--map-root-user', '--map-auto'];
  const build = ['sh', '-c', buildScript, 'sh', root, systemd ? 'systemd' : 'none'];
  const command = systemd ? ['sh', '-c', cgroupScript, 'sh', folder, ...build] : build;
  const holder = spawn('unshare', [...namespaces, ...user, '--fork', '--kill-child', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(holder, 'close');
  t.teardown(async () => {
    holder.kill('SIGKILL');
    await ended;
    if (systemd) execFileSync('unshare', ['--mount', 'sh', '-c', removeCgroupScript, 'sh', folder]);
  });
  let said = '';
  for (const stream of [holder.stdout, holder.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
  }
  await until('the clean machine', () => {
    if (holder.exitCode !== null) throw new Error(`a clean machine cannot be made here: ${said}`);
    return said.includes('ready');
  });
  const [init = ''] = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').split(' ');
  const entered = [...namespaces, ...(systemd ? ['--cgroup'] : []), ...(isRoot ? [] : ['--user']), '--root', '--wd'];
  const machine = new CleanMachine(['--target', init, ...entered, '--']);
  if (systemd) await until('systemd', async () => (await machine.run('systemctl is-system-running')).code === 0);
  return machine;
}
