import { MAX_PROPOSALS, MAX_WHERE_LENGTH, type RecoveryDiscovery } from '../../../../protocol/wire/recovery-task.ts';
import type { RecoveryConfig } from '../config.ts';
import { withoutSecrets } from '../secrets.ts';
import { dumpFolders } from './dumps.ts';
import type { Mention } from './mention.ts';
import { mentions } from './mentions.ts';

const MAX_EVIDENCE = 4;
const MAX_SCHEDULE_LENGTH = 120;
const MAX_SENTENCE_LENGTH = 400;

/**
 * Where this machine seems to make backups, by what this user may read: units, crontabs, settings of tools, and folders in which
 * dumps come day by day. Cheap and bounded; of files that may hold secrets only the line with the repository is kept.
 * @param root in front of all paths, for tests
 */
export function discover({ sources, fault }: RecoveryConfig, root = '', nowMs = Date.now()): RecoveryDiscovery {
  const configured = [...sources.values()].map(({ name, tool, place }) => ({
    name,
    tool,
    where: wordOf(place?.where ?? '') || name,
  }));
  const isKnown = (tool: string, where: string) => configured.some((one) => one.tool === tool && one.where === where);
  const found = new Map<string, { mention: Mention; where: string; schedule: string | null; evidence: Set<string> }>();
  for (const mention of [...mentions(root), ...dumpFolders(root, nowMs)]) {
    const where = wordOf(mention.repository ?? mention.evidence);
    const key = JSON.stringify([mention.tool, where]);
    const one = found.get(key) ?? { mention, where, schedule: null, evidence: new Set() };
    one.schedule ??= mention.schedule;
    one.evidence.add(wordOf(mention.evidence));
    if (where !== '' && !isKnown(mention.tool, where)) found.set(key, one);
  }
  const taken = new Set(configured.map(({ name }) => name));
  const proposals = [...found.values()]
    .slice(0, MAX_PROPOSALS)
    .map(({ mention: { tool }, where, schedule, evidence }) => {
      const name = freeName(tool, where, taken);
      taken.add(name);
      const told = [...evidence].filter((one) => one !== '').slice(0, MAX_EVIDENCE);
      return {
        tool,
        name,
        where,
        schedule: withoutSecrets(schedule ?? '').slice(0, MAX_SCHEDULE_LENGTH) || null,
        evidence: told,
      };
    });
  const wrong = fault ?? [...sources.values()].find((one) => one.fault !== null)?.fault ?? null;
  return {
    sources: configured,
    fault: wrong?.replace(/\p{Cc}/gu, ' ').slice(0, MAX_SENTENCE_LENGTH) ?? null,
    proposals,
  };
}

function wordOf(text: string): string {
  return withoutSecrets(text).slice(0, MAX_WHERE_LENGTH);
}

/** Such as `restic-backup`, of what the repository's folder is called. */
function freeName(tool: string, where: string, taken: ReadonlySet<string>): string {
  const last = where.split(/[/:]/).filter(Boolean).at(-1) ?? '';
  const stem = `${tool}-${last.replace(/[^A-Za-z0-9_-]+/g, '-')}`.slice(0, 40).replace(/-+$/, '');
  let name = stem;
  for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}`;
  return name;
}
