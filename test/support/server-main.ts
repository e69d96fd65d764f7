import { pino } from 'pino';
import { createApp } from '../../server/app/app.ts';
import { readConfig } from '../../server/app/config/config.ts';
import { type DetectionSettings, defaultSettings } from '../../server/domain/settings.ts';
import type { ServerChildOptions } from './server-child.ts';

/** A server process whose detection a test may set: the environment of a real one has no such knobs. */
const options = JSON.parse(process.argv[2] ?? '{}') as ServerChildOptions;
const app = await createApp({
  config: readConfig({
    VIGIA_DATA_DIR: options.dataDir,
    VIGIA_PORT: String(options.port),
    VIGIA_LOG_LEVEL: 'warn',
    ...options.environment,
  }),
  logger: pino({ level: 'warn' }, pino.destination(2)),
  version: '0.1.0',
  settings: { ...defaultSettings, ...(options.settings as Partial<DetectionSettings>) },
});
await app.start();
process.on('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.stdout.write(`${JSON.stringify({ address: app.address() })}\n`);
