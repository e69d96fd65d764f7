import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { ledgerCsv } from '../../../../server/features/availability/ledger-csv.ts';

t.test('no text of a person or a machine becomes a formula or leaves its field', async (t) => {
  const item = {
    from: '2026-10-01T00:00:00.000Z',
    to: '2026-10-01T00:01:00.000Z',
    durationMs: 60_000,
    state: 'down',
    reason: 'attested',
    said: typed(''),
    revised: true,
  } as const;
  const f = (evidence: string, want: string) => {
    const line = ledgerCsv([{ ...item, evidence, author: null }])
      .split('\r\n')
      .slice(1)
      .join('\r\n');
    t.equal(line, `"${item.from}","${item.to}",60000,"down","attested",${want},,true,,"down"\r\n`);
  };
  f('It was off.', '"It was off."');
  f('Ann said "off"', '"Ann said ""off"""');
  f('=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`);
  f('+1', `"'+1"`);
  f('-1', `"'-1"`);
  f('@sum', `"'@sum"`);
  f('\tx', `"'\tx"`);
  f('one\r\ntwo, three', '"one\r\ntwo, three"');
  const header = 'from,to,durationMs,state,reason,evidence,author,revised,responsibility,stateWithoutClauses\r\n';
  t.equal(ledgerCsv([]), header);
});

t.test('a row has its state in both figures', async (t) => {
  const row = {
    from: '2026-10-01T00:00:00.000Z',
    to: '2026-10-01T00:01:00.000Z',
    durationMs: 60_000,
    state: 'excluded',
    reason: 'reboot_unexpected',
    evidence: 'It restarted.',
    said: typed('It restarted.'),
    author: 'Ann',
    revised: true,
    responsibility: 'power',
    withoutClauses: 'down',
  } as const;
  t.match(ledgerCsv([row]), /"excluded","reboot_unexpected","It restarted.","Ann",true,"power","down"\r\n$/);
});
