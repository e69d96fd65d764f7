import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { typed } from '../../../protocol/said/said.ts';
import { freshPresence } from '../../../server/domain/presence.ts';
import type { OnboardingFinding } from '../../../server/domain/rules/detection.ts';
import { freshDetection } from '../../../server/domain/rules/detection.ts';
import {
  freshDeviceMemory,
  learnClocks,
  machineReplaced,
  readDeviceMemory,
  writeDeviceMemory,
} from '../../../server/fleet/device-memory.ts';
import { holds } from '../../support/property.ts';

const hostile = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  '',
  '[object Object]',
];

const found: OnboardingFinding = { rule: 'disk.space', object: '/', said: typed('full'), foundAt: 1 };
const raised = { rule: 'disk.space', object: '/', priority: 'high', lastSeen: 1 } as const;
const fill = { size: 1, since: 1, low: 1, resets: [], day: 1, days: [1] };

t.test('what is written is read again, whatever things call themselves', async (t) => {
  const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...hostile), fc.string()), { maxLength: 6 });
  holds(
    t,
    fc.property(names, (all) => {
      const memory = freshDeviceMemory();
      for (const name of all) {
        memory.detection.onboarding.set(name, found);
        memory.detection.raised.set(name, raised);
        memory.detection.fills.set(name, fill);
      }
      assert.deepEqual(readDeviceMemory(writeDeviceMemory(memory)), memory);
    }),
  );
});

t.test('what older versions saved', async (t) => {
  const { levels: _l, raised: _r, onboarding: _o, fills: _f, ...rest } = freshDetection();
  const saved = {
    version: 1,
    presence: freshPresence(),
    detection: { ...rest, levels: {}, raised: { 'disk.space|/': raised }, onboarding: { 'disk.space|/': found } },
    dating: null,
    judgedAt: null,
    runs: { a: { ranges: [[1, 3]], at: 5 } },
  };
  const memory = readDeviceMemory(JSON.stringify(saved));
  t.same([...memory.detection.raised], [['disk.space|/', raised]]);
  t.same([...memory.detection.onboarding], [['disk.space|/', found]]);
  t.same([...memory.detection.fills], []);
  t.same([...memory.checks], []);
  t.same(memory.runs, [{ runId: 'a', ranges: [[1, 3]], at: 5 }]);
});

t.test('an object that names __proto__ is read as a map that does', async (t) => {
  const text = writeDeviceMemory(freshDeviceMemory()).replace(
    '"fills":[]',
    `"fills":{"__proto__":${JSON.stringify(fill)}}`,
  );
  const { fills } = readDeviceMemory(text).detection;
  t.same([...fills], [['__proto__', fill]]);
  t.notOk('size' in {});
});

t.test('clocks that are heard change nothing of what another machine is remembered by', async (t) => {
  const clocks = (atMs: number) => ({ wallMs: atMs, monotonicMs: atMs, bootMs: atMs });
  const memory = freshDeviceMemory();
  const own = learnClocks(memory, 'a', clocks(1_000), 5_000);
  t.equal(learnClocks(memory, 'a', clocks(2_000), 5_900), own, 'of the same boot in place');
  t.equal(own.sampledAt, 5_900);
  t.not(learnClocks(memory, 'b', clocks(0), 6_000), own, 'of another anew');
  const other = { bootId: 'c', bootOffsetMs: 10, clockOffsetMs: 0, sampledAt: 7_000 };
  machineReplaced(memory, [], other);
  learnClocks(memory, 'c', clocks(8_000), 8_005);
  t.equal(other.sampledAt, 7_000);
  t.equal(memory.dating?.sampledAt, 8_005);
});
