import t from 'tap';
import { describe } from '../../../protocol/wire/metric.ts';
import type { DeviceRecord } from '../../../server/fleet/device-record.ts';
import { SchemaIntake } from '../../../server/fleet/schema-intake.ts';

t.test('lists may change in a burst, then every ten seconds', async (t) => {
  let now = 0;
  const intake = new SchemaIntake(
    (metrics) => metrics,
    () => now,
  );
  const [churning, calm] = [{} as DeviceRecord, {} as DeviceRecord];
  const list = [describe('cpu.busy')];
  const take = (record = churning) => intake.take(record, list);
  for (let n = 0; n < 200; n += 1) take();
  t.throws(take, { code: 'schema_churn' });
  t.equal(take(calm), list, 'its neighbours are free');
  now = 9_999;
  t.throws(take, { code: 'schema_churn' });
  now = 10_000;
  t.equal(take(), list);
  t.throws(take, { code: 'schema_churn' });
  now = 0;
  t.throws(take, { code: 'schema_churn' }, 'a clock that steps back gives nothing');
  now = 86_400_000;
  for (let n = 0; n < 200; n += 1) take();
  t.throws(take, { code: 'schema_churn' }, 'never more than a burst');
});
