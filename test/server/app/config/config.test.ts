import t from 'tap';
import { readConfig, variableNames } from '../../../../server/app/config/config.ts';

t.test('without any variable', async (t) => {
  t.same(readConfig({}, {}, '/srv/vigia'), {
    dataDir: '/srv/vigia/data',
    agentDataDir: '/srv/vigia/data/agent',
    host: '127.0.0.1',
    port: 8420,
    publicUrl: null,
    tls: { kind: 'none' },
    logLevel: 'info',
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
    anchors: [],
    trustedProxies: [],
    notifyPrivate: false,
    mailName: null,
    heartbeatUrl: null,
    auditUrl: null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    retention: { raw: 14 * 86_400_000, fiveMinute: 396 * 86_400_000, hour: 1_826 * 86_400_000 },
  });
});

t.test('good values', async (t) => {
  const f = (environment: Record<string, string>, want: object) =>
    t.match(readConfig(environment, {}, '/srv'), want, JSON.stringify(environment));
  f({ PATH: '/bin', HOME: '/root' }, { port: 8420 });
  f({ VIGIA_DATA_DIR: 'here' }, { dataDir: '/srv/here', agentDataDir: '/srv/here/agent' });
  f({ VIGIA_DATA_DIR: '/var/lib/vigia' }, { dataDir: '/var/lib/vigia' });
  f({ VIGIA_AGENT_DATA_DIR: '/var/lib/agent' }, { agentDataDir: '/var/lib/agent' });
  f({ VIGIA_PORT: '0' }, { port: 0 });
  f({ VIGIA_PORT: '65535' }, { port: 65_535 });
  f({ VIGIA_HOST: 'localhost' }, { host: 'localhost' });
  f({ VIGIA_HOST: '::1' }, { host: '::1' });
  f({ VIGIA_HOST: '[::1]' }, { host: '::1' });
  f({ VIGIA_HOST: '127.5.5.5' }, { host: '127.5.5.5' });
  f({ VIGIA_HOST: '0.0.0.0', VIGIA_TLS_SELF_SIGNED: '1' }, { host: '0.0.0.0', tls: { kind: 'self-signed' } });
  f({ VIGIA_TLS_SELF_SIGNED: 'true' }, { tls: { kind: 'self-signed' } });
  f({ VIGIA_TLS_SELF_SIGNED: '0' }, { tls: { kind: 'none' } });
  f(
    { VIGIA_HOST: '::', VIGIA_TLS_CERT: 'c.pem', VIGIA_TLS_KEY: '/k.pem' },
    { tls: { kind: 'files', certPath: '/srv/c.pem', keyPath: '/k.pem' } },
  );
  f({ VIGIA_PUBLIC_URL: 'https://vigia.example.com/' }, { publicUrl: 'https://vigia.example.com' });
  f({ VIGIA_PUBLIC_URL: 'https://vigia.example.com:8443' }, { publicUrl: 'https://vigia.example.com:8443' });
  f({ VIGIA_PUBLIC_URL: 'http://localhost:8420' }, { publicUrl: 'http://localhost:8420' });
  f({ VIGIA_NOTIFY_PRIVATE: '1' }, { notifyPrivate: true });
  f({ VIGIA_MAIL_NAME: 'mail.example.com' }, { mailName: 'mail.example.com' });
  const heartbeatUrl = 'https://hc.example.com/ping/1234';
  f({ VIGIA_HEARTBEAT_URL: heartbeatUrl }, { heartbeatUrl });
  f({ VIGIA_AUDIT_URL: heartbeatUrl }, { auditUrl: heartbeatUrl });
  const anchors = [
    { host: '1.1.1.1', port: 53 },
    { host: '2606:4700::1111', port: 443 },
    { host: 'example.com', port: 443 },
  ];
  const trustedProxies = ['127.0.0.0/8', '::1'];
  f({ VIGIA_PUBLIC_URL: 'https://vigia.example.com' }, { trustedProxies });
  f({ VIGIA_PUBLIC_URL: 'https://vigia.example.com', VIGIA_TLS_SELF_SIGNED: '1' }, { trustedProxies: [] });
  f({ VIGIA_PUBLIC_URL: 'https://vigia.example.com', VIGIA_TRUSTED_PROXIES: 'none' }, { trustedProxies: [] });
  f({ VIGIA_TRUSTED_PROXIES: '10.1.0.0/16, fd00::5' }, { trustedProxies: ['10.1.0.0/16', 'fd00::5'] });
  f({ VIGIA_ANCHORS: '1.1.1.1:53, [2606:4700::1111]:443,example.com:443' }, { anchors });
  f({ VIGIA_TIME_ZONE: 'America/Costa_Rica' }, { timeZone: 'America/Costa_Rica' });
  f(
    { VIGIA_RETENTION_RAW: '48h', VIGIA_RETENTION_5MIN: '30d', VIGIA_RETENTION_1H: '3650d' },
    { retention: { raw: 2 * 86_400_000, fiveMinute: 30 * 86_400_000, hour: 3_650 * 86_400_000 } },
  );
  f({ VIGIA_LOG_LEVEL: 'debug' }, { logLevel: 'debug' });
  f({ VIGIA_REPORT_INTERVAL: '500ms' }, { reportIntervalMs: { server: 500, workstation: 500 } });
  f({ VIGIA_REPORT_INTERVAL: '1m' }, { reportIntervalMs: { server: 60_000, workstation: 60_000 } });
  f({ VIGIA_REPORT_INTERVAL: '1h' }, { reportIntervalMs: { server: 3_600_000 } });
});

t.test('bad values: the sentence names the variable, what was given, and what is allowed', async (t) => {
  const f = (environment: Record<string, string>, message: RegExp, code = 'config_bad_value') =>
    t.throws(() => readConfig(environment), { code, message }, JSON.stringify(environment));
  f({ VIGIA_PORT: '8420x' }, /^VIGIA_PORT is "8420x": use a whole number from 0 to 65535/);
  f({ VIGIA_PORT: '65536' }, /^VIGIA_PORT is "65536"/);
  f({ VIGIA_PORT: '-1' }, /^VIGIA_PORT is "-1"/);
  f({ VIGIA_PORT: '1e3' }, /^VIGIA_PORT/);
  f({ VIGIA_PORT: '' }, /^VIGIA_PORT is empty: give it a value or remove the variable/);
  f({ VIGIA_DATA_DIR: ' ' }, /^VIGIA_DATA_DIR is empty/);
  f({ VIGIA_HOST: 'http://localhost' }, /^VIGIA_HOST .* without a port/);
  f({ VIGIA_HOST: '127.0.0.1:80' }, /^VIGIA_HOST/);
  f({ VIGIA_PUBLIC_URL: 'vigia.example.com' }, /^VIGIA_PUBLIC_URL is "vigia.example.com": use scheme, host and port/);
  f({ VIGIA_PUBLIC_URL: 'https://example.com/vigia' }, /^VIGIA_PUBLIC_URL/);
  f({ VIGIA_PUBLIC_URL: 'https://u:p@example.com' }, /^VIGIA_PUBLIC_URL/);
  f({ VIGIA_PUBLIC_URL: 'https://example.com/?a' }, /^VIGIA_PUBLIC_URL/);
  f({ VIGIA_PUBLIC_URL: 'ftp://example.com' }, /^VIGIA_PUBLIC_URL/);
  f({ VIGIA_PUBLIC_URL: 'http://vigia.example.com' }, /^VIGIA_PUBLIC_URL .* start it with https:/);
  f({ VIGIA_PUBLIC_URL: 'http://localhost:1', VIGIA_TLS_SELF_SIGNED: '1' }, /^VIGIA_PUBLIC_URL .* https:/);
  f({ VIGIA_TLS_CERT: 'c' }, /^VIGIA_TLS_KEY is not set: set it too/);
  f({ VIGIA_TLS_KEY: 'k' }, /^VIGIA_TLS_CERT is not set: set it too/);
  f(
    { VIGIA_TLS_CERT: 'c', VIGIA_TLS_KEY: 'k', VIGIA_TLS_SELF_SIGNED: '1' },
    /^VIGIA_TLS_SELF_SIGNED .* one certificate/,
  );
  f({ VIGIA_TLS_SELF_SIGNED: 'yes' }, /^VIGIA_TLS_SELF_SIGNED is "yes": use 1 or 0/);
  f({ VIGIA_LOG_LEVEL: 'verbose' }, /^VIGIA_LOG_LEVEL is "verbose": use one of trace, debug, info/);
  f(
    { VIGIA_ANCHORS: 'example.com' },
    /^VIGIA_ANCHORS is "example.com": list up to 8 hosts with ports, such as 1.1.1.1:53/,
  );
  f({ VIGIA_ANCHORS: 'example.com:0' }, /^VIGIA_ANCHORS/);
  f(
    { VIGIA_TRUSTED_PROXIES: 'nginx' },
    /^VIGIA_TRUSTED_PROXIES is "nginx": list up to 64 addresses or ranges of proxies, such as 127.0.0.1,10.1.0.0/,
  );
  f({ VIGIA_TRUSTED_PROXIES: '10.0.0.0/33' }, /^VIGIA_TRUSTED_PROXIES/);
  f({ VIGIA_TRUSTED_PROXIES: Array(65).fill('::1').join() }, /^VIGIA_TRUSTED_PROXIES/);
  f({ VIGIA_AUDIT_URL: 'log.example.com/secret' }, /^VIGIA_AUDIT_URL is not an address: (?!.*secret)/);
  f({ VIGIA_HEARTBEAT_URL: 'hc.example.com/secret' }, /^VIGIA_HEARTBEAT_URL is not an address: (?!.*secret)/);
  f({ VIGIA_ANCHORS: Array(9).fill('a:1').join() }, /^VIGIA_ANCHORS/);
  f({ VIGIA_REPORT_INTERVAL: '10' }, /^VIGIA_REPORT_INTERVAL is "10": use a time from 200ms to 60m, such as 10s/);
  f({ VIGIA_REPORT_INTERVAL: '100ms' }, /^VIGIA_REPORT_INTERVAL/);
  f({ VIGIA_REPORT_INTERVAL: '2h' }, /^VIGIA_REPORT_INTERVAL/);
  f(
    { VIGIA_HOST: '0.0.0.0' },
    /^VIGIA_HOST is 0.0.0.0, which other machines can reach.*VIGIA_TLS_SELF_SIGNED=1/,
    'plaintext_refused',
  );
  f({ VIGIA_MAIL_NAME: 'vigia' }, /full name of this server/);
  f({ VIGIA_MAIL_NAME: '[10.0.0.5]' }, /full name of this server/);
  f({ VIGIA_MAIL_NAME: 'a.example\r\nMAIL FROM:<x@y.example>' }, /full name of this server/);
  f({ VIGIA_HOST: '192.168.1.5' }, /no TLS/, 'plaintext_refused');
  f({ VIGIA_HOST: 'localhost.example.com' }, /no TLS/, 'plaintext_refused');
});

t.test('unknown names: the nearest known one is suggested', async (t) => {
  const f = (name: string, message: RegExp) =>
    t.throws(() => readConfig({ [name]: 'x' }), { code: 'config_unknown_name', message, details: { variable: name } });
  f('VIGIA_PROT', /^VIGIA_PROT is not a setting of Vigia. Did you mean VIGIA_PORT\?$/);
  f('VIGIA_DATADIR', /VIGIA_DATA_DIR\?/);
  f('VIGIA_TLS_CRT', /VIGIA_TLS_CERT\?/);
  f('VIGIA_TLS_SELFSIGNED', /VIGIA_TLS_SELF_SIGNED\?/);
  f('VIGIA_SOMETHING_ELSE', new RegExp(`The names are ${variableNames.join(', ')}\\.$`));
});

t.test('the command line goes before the environment, and is checked as strictly', async (t) => {
  const environment = { VIGIA_PORT: '1', VIGIA_LOG_LEVEL: 'warn' };
  t.match(readConfig(environment, { VIGIA_PORT: '2', VIGIA_HOST: undefined }), { port: 2, logLevel: 'warn' });
  t.throws(() => readConfig({}, { VIGIA_PORT: 'x' }), { code: 'config_bad_value' });
});
