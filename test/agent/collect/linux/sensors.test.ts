import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FileReader } from '../../../../agent/collect/linux/files.ts';
import { SensorSection } from '../../../../agent/collect/linux/sensor-section.ts';
import { listSensors, parseTemperature } from '../../../../agent/collect/linux/sensors.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { fixturePath } from '../fixture.ts';

const sensorsIn = (path: string) => listSensors(new FileReader(), fixturePath(path)).map((sensor) => sensor.name);

t.test('names', async (t) => {
  t.same(sensorsIn('sensors/sys'), [
    'coretemp/Package id 0',
    'coretemp/Core 0',
    'coretemp/Core 1',
    'nvme/Composite',
    'nvme/Composite#2',
  ]);
  t.same(sensorsIn('sensors/thermal-only'), ['cpu-thermal']);
  t.same(sensorsIn('machine/sys'), [], 'a virtual machine has none');
});

t.test('a machine of many cores still tells how warm its disks are', async (t) => {
  const sys = tempDir(t);
  const addChip = (number: number, name: string, labels: readonly string[]) => {
    const folder = join(sys, 'class/hwmon', `hwmon${number}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'name'), `${name}\n`);
    for (const [index, label] of labels.entries()) {
      writeFileSync(join(folder, `temp${index + 1}_input`), '40000\n');
      writeFileSync(join(folder, `temp${index + 1}_label`), `${label}\n`);
    }
  };
  const cores = Array.from({ length: 64 }, (_, core) => `Core ${core}`);
  addChip(0, 'coretemp', ['Package id 0', ...cores]);
  addChip(1, 'coretemp', ['Package id 1', ...cores]);
  for (let disk = 0; disk < 12; disk += 1) addChip(20 + disk, 'drivetemp', ['temp1']);
  for (let disk = 0; disk < 4; disk += 1) addChip(40 + disk, 'nvme', ['Composite', 'Sensor 1', 'Sensor 2']);
  const names = listSensors(new FileReader(), sys).map((sensor) => sensor.name);
  t.equal(names.length, 64);
  t.equal(new Set(names).size, 64);
  t.equal(names.filter((name) => name.startsWith('drivetemp/')).length, 12);
  t.equal(names.filter((name) => name.startsWith('nvme/')).length, 12);
  t.ok(names.includes('coretemp/Package id 0') && names.includes('coretemp/Package id 1'));
});

t.test('values', async (t) => {
  t.equal(parseTemperature('54000\n'), 54);
  t.equal(parseTemperature('-5500'), -5.5);
  for (const text of ['', '-128000', '-273150', '65261850', 'x'])
    t.equal(parseTemperature(text), null, JSON.stringify(text));
});

t.test('read in the background, at most once a minute', async (t) => {
  const section = new SensorSection(new FileReader(), fixturePath('sensors/sys'));
  t.same(section.sample(0), [null, null, null, null, null], 'the first round waits for nothing');
  const metrics = section.metrics;
  t.equal(metrics[0]?.name, 'temperature[coretemp/Package id 0]');
  let nowMs = 0;
  while (section.sample(++nowMs)[0] === null) await new Promise(setImmediate);
  t.same(section.sample(59_999), [54, 52.5, null, 41.85, 42.85]);
  section.sample(60_000);
  t.equal(section.metrics, metrics, 'the same list while no sensor comes or goes');
});
