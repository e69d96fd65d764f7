import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { Health } from '../../../../server/platform/health/health.ts';
import { VitalSigns } from '../../../../server/platform/health/vital-signs.ts';
import { spoken } from '../../../support/spoken.ts';

t.test('what stands still is trouble until it moves again', async (t) => {
  const health = new Health();
  let nowMs = 0;
  const signs = new VitalSigns({ health, nowMs: () => nowMs });
  t.same(spoken(signs.trouble()), []);
  nowMs = 20_001;
  t.match(spoken(signs.trouble()), [/has not judged its devices for more than 20 s/]);
  t.same(health.failing, ['evaluating'], 'and the server is not ready');
  signs.seen('evaluating');
  t.same([spoken(signs.trouble()), health.failing], [[], []]);
  nowMs = 60_001;
  signs.seen('evaluating');
  t.match(spoken(signs.trouble()), [/has not looked at its messages for more than 1 min/]);
  t.same(health.failing, ['telling']);
  signs.seen('telling');
  t.same(spoken(signs.trouble()), []);
});

t.test('what fails is trouble; what is only worth knowing is not', async (t) => {
  const health = new Health();
  const signs = new VitalSigns({ health, nowMs: () => 0 });
  health.set('certificate', typed('It ends in a week.'));
  t.same(spoken(signs.trouble()), []);
  health.set('state', typed('The disk is full.'), 'committing');
  t.same(spoken(signs.trouble()), ['The disk is full.']);
});
