import { isolated } from '../../protocol/bidi.ts';
import { VigiaError } from '../../protocol/error.ts';
import { readConfig } from '../app/config/config.ts';
import { parseDurationMs } from '../app/config/duration.ts';
import { withAdministration } from './administration.ts';
import { type Command, choice, required } from './command.ts';
import { table } from './output.ts';

const MAX_USES = 10_000;
const MIN_EXPIRY_MS = 1000;
const MAX_EXPIRY_MS = 366 * 86_400_000;

/** Enrolment tokens: what lets a machine join. */
export const tokenCommands: readonly Command[] = [
  {
    name: 'token create',
    usage: '--client NAME --site NAME [--kind server|workstation] [--uses N] [--expires 24h]',
    summary: 'make a token that lets machines join a site (made if there is none)',
    options: {
      client: { type: 'string' },
      site: { type: 'string' },
      kind: { type: 'string', default: 'server' },
      uses: { type: 'string', default: '1' },
      expires: { type: 'string', default: '24h' },
    },
    async run({ options, output }) {
      const input = {
        clientName: required(options, 'client'),
        siteName: required(options, 'site'),
        kind: choice(options, 'kind', ['server', 'workstation']),
        uses: readUses(required(options, 'uses')),
        expiresInMs: readExpiry(required(options, 'expires')),
      };
      const created = await withAdministration(readConfig(), (perform) => perform('token.create', input));
      output.result(created, created.token);
      const machines = input.uses === 1 ? 'one machine' : `${input.uses} machines`;
      output.say(
        `It lets ${machines} join ${isolated(input.clientName)}, ${isolated(input.siteName)} until ${created.expiresAt}.`,
      );
      if (created.commands !== null) output.say(`On a Linux machine, run:\n  ${created.commands.installCommand}`);
    },
  },
  {
    name: 'token list',
    usage: '',
    summary: 'list the tokens that were not revoked',
    options: {},
    async run({ output }) {
      const items = await withAdministration(readConfig(), (perform) => perform('token.list', {}));
      const rows = items.map(({ id, kind, usesLeft, expiresAt }) => [id, kind, String(usesLeft), expiresAt]);
      output.result({ items, next: null }, table(['ID', 'KIND', 'USES LEFT', 'EXPIRES'], rows));
    },
  },
  {
    name: 'token revoke',
    usage: 'ID',
    summary: 'make a token useless; machines that joined with it stay',
    options: {},
    positionals: 1,
    async run({ positionals: [id = ''], output }) {
      const revoked = await withAdministration(readConfig(), (perform) => perform('token.revoke', { id }));
      output.result(revoked, `Revoked ${revoked.id}.`);
    },
  },
];

function readUses(text: string): number {
  const uses = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (uses >= 1 && uses <= MAX_USES) return uses;
  throw new VigiaError('usage', `--uses is a whole number from 1 to ${MAX_USES}, not "${text}".`);
}

function readExpiry(text: string): number {
  const expiresInMs = parseDurationMs(text) ?? 0;
  if (expiresInMs >= MIN_EXPIRY_MS && expiresInMs <= MAX_EXPIRY_MS) return expiresInMs;
  throw new VigiaError('usage', `--expires is a time from 1s to 366d, such as 30m, 24h or 7d, not "${text}".`);
}
