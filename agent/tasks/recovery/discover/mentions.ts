import type { Mention } from './mention.ts';
import { readdirOf, readTextOf } from './peek.ts';

/** What one text says of a backup. */
export type Said = Pick<Mention, 'tool' | 'repository'>;

const words = /(?:^|[\s/"'=;&|(])(restic|resticprofile|borg|borgmatic)(?=$|[\s"';&|)])/m;

/**
 * The first tool that a text runs, and the repository that it names. Variables of a shell are not followed.
 * @returns null if it speaks of none
 */
export function readCommand(text: string): Said | null {
  const lines = text.split('\n').filter((line) => !/^\s*[#;]/.test(line));
  const said = lines.join('\n');
  const tool = words.exec(said)?.[1];
  const restic =
    repositoryIn(said, /(?:^|\s|export\s|["'])RESTIC_REPOSITORY=/) ??
    repositoryIn(said, /\brestic\b[^\n]*?\s(?:-r[= ]?|--repo[= ])/);
  const borg = repositoryIn(said, /(?:^|\s|export\s|["'])BORG_REPO=/) ?? archiveIn(said);
  if (tool?.startsWith('restic') === true || (tool === undefined && restic !== null))
    return { tool: 'restic', repository: restic };
  if (tool !== undefined || borg !== null) return { tool: 'borg', repository: borg };
  return null;
}

/** The word behind a sign. */
function repositoryIn(text: string, sign: RegExp): string | null {
  const found = new RegExp(
    `${sign.source}\\s*(?:"(?<double>[^"\\n]+)"|'(?<single>[^'\\n]+)'|(?<bare>[^\\s"';&|]+))`,
    'm',
  ).exec(text)?.groups;
  return plain(found?.double ?? found?.single ?? found?.bare);
}

function archiveIn(text: string): string | null {
  return plain(/\bborg\s[^\n]*\bcreate\s[^\n]*?\s?["']?(?<repo>[^\s"':]+(?::[^\s"':]+)*)::/.exec(text)?.groups?.repo);
}

function plain(value: string | undefined): string | null {
  return value === undefined || /[$`%]/.test(value) ? null : value;
}

/** What stands in the line of a crontab: when, and what it runs. @param hasUser as in /etc/crontab */
export function readCronLine(
  line: string,
  hasUser: boolean,
): { readonly schedule: string; readonly command: string } | null {
  const when = /^\s*(?<schedule>@\w+|(?:[\d*,/\-A-Za-z]+\s+){4}[\d*,/\-A-Za-z]+)\s+(?<rest>\S.*)$/.exec(line)?.groups;
  if (when?.schedule === undefined || when.rest === undefined) return null;
  const command = hasUser ? /^\S+\s+(?<command>.+)$/.exec(when.rest)?.groups?.command : when.rest;
  return command === undefined ? null : { schedule: when.schedule.replace(/\s+/g, ' '), command };
}

/** The scripts that a command names, which may say more: those whose name says that they are about backups. */
export function scriptsOf(command: string): readonly string[] {
  const paths = command.match(/(?:^|[\s=])\/[^\s;&|"']+/g) ?? [];
  const trimmed = paths.map((path) => path.replace(/^[\s=]+/, ''));
  return trimmed.filter((path) => /backup|restic|borg|snapshot/i.test(path.split('/').at(-1) ?? '')).slice(0, 2);
}

/** A command with what its script says, where it does not say it itself. */
function readCommandOrScript(root: string, command: string): Said | null {
  const own = readCommand(command);
  if (own?.repository != null) return own;
  for (const path of scriptsOf(command)) {
    const said = readCommand(readTextOf(root, path) ?? '');
    if (said !== null) return said;
  }
  return own;
}

export function* mentions(root: string): Generator<Mention> {
  yield* inUnits(root);
  yield* inCron(root);
  yield* inSettings(root);
}

function* inUnits(root: string): Generator<Mention> {
  for (const folder of ['/etc/systemd/system', '/usr/local/lib/systemd/system', '/lib/systemd/system']) {
    for (const name of readdirOf(root, folder, /\.service$/)) {
      const text = readTextOf(root, `${folder}/${name}`) ?? '';
      if (!/backup|restic|borg/i.test(`${name}${text}`)) continue;
      const commands = text.split('\n').filter((line) => /^(ExecStart|ExecStartPre|Environment)=/.test(line));
      const said = readCommandOrScript(root, commands.join('\n'));
      if (said === null) continue;
      const variables = /^EnvironmentFile=-?(?<path>\/\S+)/m.exec(text)?.groups?.path;
      const repository = said.repository ?? (variables === undefined ? null : repositoryOf(root, variables));
      const timer = readTextOf(root, `${folder}/${name.replace(/\.service$/, '.timer')}`) ?? '';
      const schedule = /^OnCalendar=(?<when>.+)$/m.exec(timer)?.groups?.when?.trim() ?? null;
      yield { tool: said.tool, repository, schedule, evidence: name };
    }
  }
}

function* inCron(root: string): Generator<Mention> {
  const tables = ['/etc/crontab', ...readdirOf(root, '/etc/cron.d').map((name) => `/etc/cron.d/${name}`)];
  for (const evidence of tables) {
    const text = readTextOf(root, evidence) ?? '';
    const variables = text
      .split('\n')
      .filter((line) => /^(RESTIC_REPOSITORY|BORG_REPO)=/.test(line))
      .join('\n');
    for (const line of text.split('\n')) {
      const entry = readCronLine(line, true);
      const said = entry === null ? null : readCommandOrScript(root, `${entry.command}`);
      if (entry === null || said === null) continue;
      const repository = said.repository ?? readCommand(variables)?.repository ?? null;
      yield { tool: said.tool, repository, schedule: entry.schedule, evidence };
    }
  }
  for (const often of ['hourly', 'daily', 'weekly', 'monthly']) {
    for (const name of readdirOf(root, `/etc/cron.${often}`)) {
      const evidence = `/etc/cron.${often}/${name}`;
      const said = readCommand(readTextOf(root, evidence) ?? '');
      if (said !== null) yield { ...said, schedule: `@${often}`, evidence };
    }
  }
}

/** The tools' own settings. */
function* inSettings(root: string): Generator<Mention> {
  const files = (folder: string, names: RegExp) => readdirOf(root, folder, names).map((name) => `${folder}/${name}`);
  for (const evidence of [
    ...files('/etc/restic', /env|conf/i),
    ...files('/etc/default', /restic/),
    ...files('/etc', /^restic.*(env|conf)/),
  ]) {
    const repository = repositoryOf(root, evidence);
    if (repository !== null) yield { tool: 'restic', repository, schedule: null, evidence };
  }
  for (const evidence of [...files('/etc/borgmatic', /\.ya?ml$/), ...files('/etc/borgmatic.d', /\.ya?ml$/)]) {
    for (const repository of readYaml(readTextOf(root, evidence) ?? '', /^\s*-?\s*path:\s*/))
      yield { tool: 'borg', repository, schedule: null, evidence };
  }
  for (const evidence of files('/etc/resticprofile', /\.(ya?ml|toml)$/)) {
    for (const repository of readYaml(readTextOf(root, evidence) ?? '', /^\s*"?repository"?\s*[:=]\s*/))
      yield { tool: 'restic', repository, schedule: null, evidence };
  }
  for (const home of ['/root', ...readdirOf(root, '/home').map((name) => `/home/${name}`)]) {
    const folder = `${home}/.config/borg/security`;
    for (const id of readdirOf(root, folder, /^[0-9a-f]{64}$/)) {
      const evidence = `${folder}/${id}/location`;
      const repository = (readTextOf(root, evidence) ?? '').trim();
      if (repository !== '' && !repository.includes('\n')) yield { tool: 'borg', repository, schedule: null, evidence };
    }
  }
}

/** The one line of a file of variables that is no secret. */
function repositoryOf(root: string, path: string): string | null {
  const said = readCommand(
    (readTextOf(root, path) ?? '')
      .split('\n')
      .filter((line) => /^\s*(export\s+)?(RESTIC_REPOSITORY|BORG_REPO)=/.test(line))
      .join('\n'),
  );
  return said?.repository ?? null;
}

/** Values of plain lines; those of other forms of YAML are left out. */
export function readYaml(text: string, key: RegExp): readonly string[] {
  return text.split('\n').flatMap((line) => {
    if (!key.test(line)) return [];
    const value = line
      .replace(key, '')
      .replace(/\s+#.*$/, '')
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2');
    return plain(value || undefined) ?? [];
  });
}
