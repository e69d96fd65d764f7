import { parseArgs } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { VigiaError } from '../../protocol/error.ts';
import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';
import { nearest } from '../app/config/nearest.ts';
import { runAgent } from './agent.ts';
import { apiKeyCommands } from './apikey.ts';
import { auditCommands } from './audit.ts';
import { backupCommands } from './backup.ts';
import type { Command } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { maintenanceCommands } from './maintenance.ts';
import { createOutput, type Streams } from './output.ts';
import { serverCommands } from './server.ts';
import { tokenCommands } from './token.ts';
import { userCommands } from './user.ts';

const commands: readonly Command[] = [
  ...serverCommands,
  ...tokenCommands,
  ...userCommands,
  ...apiKeyCommands,
  ...maintenanceCommands,
  ...backupCommands,
  ...auditCommands,
  doctorCommand,
];

/** Exit codes: done, failed with one sentence, wrong command line. */
const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Runs `vigia` with these arguments. Returns the exit code; the reason of a failure is on standard error. */
export async function runProgram(args: readonly string[], streams: Streams = process): Promise<number> {
  freezePrototypes();
  const output = createOutput(streams, args.includes('--json'));
  try {
    if (args[0] === 'agent') return await runAgent(args.slice(1));
    const command = findCommand(args);
    if (command === null) {
      streams.stdout.write(args.includes('--version') ? `${manifest.version}\n` : usageOf(commands));
      return exitCodes.done;
    }
    return await runCommand(command, args.slice(command.name.split(' ').length), streams);
  } catch (error) {
    if (!(error instanceof VigiaError)) throw error;
    output.fail(error);
    if (error.code !== 'usage') return exitCodes.failed;
    streams.stderr.write('Run  vigia --help  to see what there is.\n');
    return exitCodes.usage;
  }
}

async function runCommand(command: Command, args: readonly string[], streams: Streams): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values.help === true) {
    streams.stdout.write(usageOf([command]));
    return exitCodes.done;
  }
  if (positionals.length !== (command.positionals ?? 0)) {
    throw new VigiaError('usage', `It is: ${lineOf(command)}`);
  }
  await command.run({ options: values, positionals, output: createOutput(streams, values.json === true) });
  return exitCodes.done;
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new VigiaError('usage', error instanceof Error ? error.message : String(error));
  }
}

/** Null when help or the version is asked for. @throws VigiaError usage */
function findCommand(args: readonly string[]): Command | null {
  const [first, second] = args;
  if (first === undefined) throw new VigiaError('usage', 'A command is missing.');
  if (['--help', '-h', 'help', '--version'].includes(first)) return null;
  const found =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  if (found !== undefined) return found;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0) {
    throw new VigiaError('usage', `What about ${first}? There is: ${family.map(({ name }) => name).join(', ')}.`);
  }
  const meant = nearest(first, [...new Set(commands.map(({ name }) => name.split(' ', 1)[0] ?? '')), 'agent']);
  throw new VigiaError('usage', `There is no command "${first}".${meant === null ? '' : ` Did you mean ${meant}?`}`);
}

function lineOf({ name, usage }: Command): string {
  return `vigia ${name} ${usage}`.trimEnd();
}

function usageOf(shown: readonly Command[]): string {
  const lines = shown.map((command) => `  ${lineOf(command)}\n      ${command.summary}\n`);
  const agent =
    shown.length > 1 ? '  vigia agent enroll|run|status ...\n      the agent; see  vigia agent --help\n' : '';
  return `Usage:\n${lines.join('')}${agent}  With --json the result is one JSON document.\n`;
}
