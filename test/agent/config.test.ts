import t from 'tap';
import { readConfig } from '../../agent/config.ts';

t.test('where the data lies: option, then own name, then the service folder, then beside the project', async (t) => {
  const f = (option: string | undefined, environment: NodeJS.ProcessEnv, want: string) =>
    t.equal(readConfig(option, environment).dataDir, want);
  f('/a', { VIGIA_AGENT_DATA_DIR: '/b', STATE_DIRECTORY: '/c' }, '/a');
  f(undefined, { VIGIA_AGENT_DATA_DIR: '/b', STATE_DIRECTORY: '/c' }, '/b');
  f(undefined, { STATE_DIRECTORY: '/c:/d' }, '/c');
  f(undefined, {}, 'data/agent');
});

t.test('the interval', async (t) => {
  const f = (text: string | undefined, want: number | undefined) =>
    t.equal(readConfig(undefined, { VIGIA_REPORT_INTERVAL: text }).reportIntervalMs, want);
  f(undefined, undefined);
  f('10s', 10_000);
  f('500ms', 500);
  f('1m', 60_000);
  for (const text of ['', '10', '10 s', '-1s', '1h', '0s', '199ms', '61m', '1e3ms', 'NaNs']) {
    t.throws(
      () => readConfig(undefined, { VIGIA_REPORT_INTERVAL: text }),
      { code: 'config_bad_value', message: new RegExp(`VIGIA_REPORT_INTERVAL is "${text}"`) },
      `"${text}"`,
    );
  }
});

t.test('the log level', async (t) => {
  t.equal(readConfig(undefined, {}).logLevel, 'info');
  t.equal(readConfig(undefined, { VIGIA_LOG_LEVEL: 'debug' }).logLevel, 'debug');
  t.throws(() => readConfig(undefined, { VIGIA_LOG_LEVEL: 'loud' }), {
    code: 'config_bad_value',
    message: /"loud".*trace/,
  });
});

t.test('names of Vigia that nobody knows', async (t) => {
  t.throws(() => readConfig(undefined, { VIGIA_REPORT_INTERVALL: '1s' }), {
    code: 'config_unknown_name',
    message: /VIGIA_REPORT_INTERVALL is no setting/,
  });
  t.doesNotThrow(
    () => readConfig(undefined, { VIGIA_PORT: '1', VIGIA_DATA_DIR: 'x', PATH: 'y' }),
    "the server's are known",
  );
});
