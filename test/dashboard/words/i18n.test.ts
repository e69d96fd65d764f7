import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rich, speak, t as translate } from '../../../dashboard/words/i18n.ts';
import { en } from '../../../dashboard/words/locales/en.ts';

t.test('parameters and plurals', async (t) => {
  t.equal(translate('nav.now'), 'Now');
  t.equal(translate('palette.nothing', { text: 'x' }), 'Nothing is called “x”.');
  t.equal(translate('now.headlineWaiting', { count: 1 }), '1 incident needs somebody');
  t.equal(translate('now.headlineWaiting', { count: 1200 }), '1,200 incidents need somebody');
  t.same(rich('device.stateFor', { span: null }).filter(Boolean), ['for ']);
});

t.test('a parameter is never read as a template', async (t) => {
  t.equal(translate('palette.nothing', { text: '{count} $& \\1' }), 'Nothing is called “{count} $& \\1”.');
});

t.test('a feature speaks words of its own', async (t) => {
  const visits = speak({
    title: 'Visits of {client}',
    late: { one: '{count} visit is late', other: '{count} visits are late' },
  });
  t.equal(visits.t('title', { client: 'Acme' }), 'Visits of Acme');
  t.equal(visits.t('late', { count: 1 }), '1 visit is late');
  t.equal(visits.t('late', { count: 1200 }), '1,200 visits are late');
  t.same(visits.rich('title', { client: null }), ['Visits of ', '', '']);
});

t.test('every key of the catalogue is used', async (t) => {
  const folder = join(import.meta.dirname, '../../../dashboard');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('locales'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const isUsed = (key: string) => {
    if (sources.includes(`'${key}'`)) return true;
    // Keys that end in a variable, such as `state.${state}`.
    const parts = key.split('.');
    return parts.some((_, end) => end > 0 && sources.includes(`\`${parts.slice(0, end).join('.')}.\${`));
  };
  t.same(
    Object.keys(en).filter((key) => !isUsed(key)),
    [],
  );
});
