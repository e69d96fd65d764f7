import type { Logger } from 'pino';
import manifest from '../../package.json' with { type: 'json' };
import { type App, createApp } from '../app/app.ts';
import type { Config } from '../app/config/config.ts';
import { serveLocalSocket } from './local-socket.ts';
import { type OperationContext, type Perform, perform } from './operations.ts';

export interface RunningServer {
  readonly app: App;
  readonly perform: Perform;
  stop(): Promise<void>;
}

/** Starts the server and lets the command line talk to it. @throws VigiaError with the sentence of what hinders it */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const app = await createApp({ config, logger, version: manifest.version });
  try {
    await app.start();
    const {
      store,
      actOnStore,
      passwords,
      apiKeys,
      credentials,
      enrolmentTokens,
      tls,
      fleet,
      dataDir,
      maintenance,
      backup,
    } = app.services;
    const context: OperationContext = {
      store,
      actOnStore,
      followCatalogue: (turn, handle) => fleet.followCatalogue(turn, handle),
      passwords,
      apiKeys,
      credentials,
      enrolmentTokens,
      maintenance,
      backup,
      tls,
      publicAddress: config.publicUrl ?? app.address(),
      running: {
        address: app.address(),
        health: () => fleet.health(),
      },
    };
    // On a file system that is read-only there can be no socket; what commands change could not be kept either.
    const socket = dataDir.isReadOnly
      ? null
      : await serveLocalSocket(dataDir.socketPath, ({ operation, input }) => perform(context, operation, input));
    return {
      app,
      perform: ((name, input) => perform(context, name, input)) as Perform,
      async stop() {
        await socket?.close();
        await app.stop();
      },
    };
  } catch (error) {
    await app.stop();
    throw error;
  }
}
