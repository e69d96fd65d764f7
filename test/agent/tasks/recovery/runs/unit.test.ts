import t from 'tap';
import { parseUnitRun } from '../../../../../agent/tasks/recovery/runs/unit.ts';

/** As systemd 252 says it. */
const ended = `LoadState=loaded
ActiveState=inactive
ExecMainStartTimestamp=Tue 2026-12-01 02:00:00 UTC
ExecMainExitTimestamp=Tue 2026-12-01 02:40:07 UTC
ExecMainCode=1
ExecMainStatus=3
`;
const at = (time: string) => Date.parse(`2026-12-01T${time}Z`);
const with_ = (over: Readonly<Record<string, string>>) =>
  Object.entries(over).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    ended,
  );

t.test('the last run of a unit', async (t) => {
  const run = { from: 'unit', startedAt: at('02:00:00'), pointIds: [] };
  const f = (over: Readonly<Record<string, string>>, want: object | null) =>
    t.match(parseUnitRun(with_(over)), want, JSON.stringify(over));
  f({}, { ...run, state: 'ended', endedAt: at('02:40:07') + 999, exitCode: 3, signal: null });
  f({ ExecMainStatus: '0' }, { state: 'ended', exitCode: 0 });
  f({ ExecMainCode: '2', ExecMainStatus: '9' }, { state: 'ended', exitCode: null, signal: 'SIGKILL' });
  f({ ExecMainCode: '3', ExecMainStatus: '11' }, { exitCode: null, signal: 'SIGSEGV' });
  const running = { ActiveState: 'activating', ExecMainExitTimestamp: '', ExecMainCode: '0', ExecMainStatus: '0' };
  f(running, { ...run, state: 'running', endedAt: null, exitCode: null });
  f(
    { ...running, ExecMainExitTimestamp: 'Mon 2026-11-30 02:40:07 UTC', ExecMainCode: '1' },
    { state: 'running', exitCode: null },
  );
  f({ ...running, ActiveState: 'failed' }, { state: 'cut_off', exitCode: null });
  t.equal(parseUnitRun(with_({ LoadState: 'not-found' })), null);
  t.equal(parseUnitRun(with_({ ExecMainStartTimestamp: '' })), null, 'it has not run since boot');
  t.equal(parseUnitRun(with_({ ExecMainStartTimestamp: 'n/a' })), null);
  t.equal(parseUnitRun(''), null);
});
