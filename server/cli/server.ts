import { readConfig } from '../app/config/config.ts';
import type { Command } from './command.ts';
import { signalToStop, stopAt } from './lifecycle.ts';
import { startLocalAgent } from './local-agent.ts';
import { createLogger } from './log.ts';
import type { Output } from './output.ts';
import type { RunningServer } from './running-server.ts';

/** The server is loaded only when it is to run: the other commands answer a second sooner. */
const loadServer = () => import('./running-server.ts');

/** The server, alone or with an agent for this very machine. */
export const serverCommands: readonly Command[] = [
  {
    name: 'up',
    usage: '',
    summary: 'run the server and an agent for this very machine',
    options: {},
    async run({ output }) {
      const signalled = signalToStop();
      const { config, logger, server } = await startAnnounced(output);
      const address = server.app.address();
      const agent = await startLocalAgent({ config, address, perform: server.perform, logger }).catch(
        (error: unknown) => {
          // The server is worth running without it: other machines report too.
          logger.error({ err: error }, 'this machine is not watched');
          return null;
        },
      );
      const stop = async () => {
        await agent?.stop();
        await server.stop();
      };
      await stopAt(signalled, stop, logger);
    },
  },
  {
    name: 'server',
    usage: '',
    summary: 'run the server alone',
    options: {},
    async run({ output }) {
      const signalled = signalToStop();
      const { logger, server } = await startAnnounced(output);
      await stopAt(signalled, () => server.stop(), logger);
    },
  },
];

async function startAnnounced(output: Output) {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const { startServer } = await loadServer();
  const server = await startServer(config, logger);
  announce(output, server);
  return { config, logger, server };
}

function announce(output: Output, { app }: RunningServer): void {
  const [address, firstRunLink] = [app.address(), app.firstRunLink()];
  const first = ['  Make the first account with this link (it works once):', '', `    ${firstRunLink}`, ''];
  const lines = [
    '',
    `  Vigia is on watch at ${address}`,
    '',
    ...(firstRunLink === null ? [] : first),
    '  Stop it with Ctrl-C.',
    '',
  ];
  output.result({ address, firstRunLink }, lines.join('\n'));
}
