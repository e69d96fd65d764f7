import type { Frame } from '../../protocol/wire/frame.ts';
import { describe } from '../../protocol/wire/metric.ts';

/** Raw values that are easy to find again in a dump. */
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const clocks = { wallMs: 1_767_225_600_000, monotonicMs: 65_000, bootMs: 3_665_000 };

/** A frame of each type and its bytes, as docs/protocol.md shows them. The bytes of version 1 never change. */
export const goldenFrames: readonly (readonly [name: string, frame: Frame, hex: string])[] = [
  [
    'hello',
    {
      type: 'hello',
      versionMin: 1,
      versionMax: 1,
      features: 0,
      publicKey: filled(32, 0xaa),
      nonce: filled(32, 0xbb),
      runId: filled(16, 0xcc),
      machineId: 'm1',
      bootId: 'b1',
      agentVersion: '0.1.0',
      intervalMs: 10_000,
      clocks,
    },
    '01010100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcccccccccccccccccccccccccccccccc026d3102623105302e312e30904e80d0eab6b733e8fb03e8d8df01',
  ],
  [
    'challenge',
    {
      type: 'challenge',
      version: 1,
      nonce: filled(32, 0xdd),
      identityKey: filled(32, 0xee),
      certificateHash: filled(32, 0x11),
      serverTimeMs: 1_767_225_600_050,
      signature: filled(64, 0x22),
    },
    '4101ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee201111111111111111111111111111111111111111111111111111111111111111b2d0eab6b73322222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222',
  ],
  [
    'challenge without a certificate',
    {
      type: 'challenge',
      version: 1,
      nonce: filled(32, 0xdd),
      identityKey: filled(32, 0xee),
      certificateHash: filled(0, 0),
      serverTimeMs: 1_767_225_600_050,
      signature: filled(64, 0x22),
    },
    '4101ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee00b2d0eab6b73322222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222',
  ],
  [
    'proof',
    { type: 'proof', signature: filled(64, 0x33) },
    '0233333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333',
  ],
  [
    'welcome',
    { type: 'welcome', deviceId: 'd-7', features: 0, intervalMs: 60_000, serverTimeMs: 1_767_225_600_099 },
    '4203642d3700e0d403e3d0eab6b733',
  ],
  ['run', { type: 'run', run: 1, runId: filled(16, 0x44), bootId: 'b0' }, '030144444444444444444444444444444444026230'],
  [
    'schema',
    {
      type: 'schema',
      run: 0,
      schema: 1,
      metrics: [describe('cpu.busy'), describe('fs.available', '/'), describe('temperature', 'CPU')],
    },
    '04000103086370752e627573790000040f66732e617661696c61626c655b2f5d0100001074656d70657261747572655b4350555d040001',
  ],
  [
    'report',
    {
      type: 'report',
      run: 0,
      schema: 1,
      sequence: 300,
      backfill: false,
      clocks,
      scaled: [2_500, 1_099_511_627_776, -55],
    },
    '050001ac020080d0eab6b733e8fb03e8d8df01030788278080808080406d',
  ],
  [
    'report with a value that could not be read, from the spool',
    { type: 'report', run: 1, schema: 1, sequence: 7, backfill: true, clocks, scaled: [2_500, null, -55] },
    '050101070180d0eab6b733e8fb03e8d8df01030588276d',
  ],
  [
    'report as its changes to the first one',
    {
      type: 'report_delta',
      run: 0,
      schema: 1,
      sequence: 301,
      base: 300,
      backfill: false,
      clockChanges: { wallMs: 10_001, monotonicMs: 9_999, bootMs: 9_999 },
      changes: Uint8Array.of(0x03, 0x14, 0xff, 0x3f),
      check: 0x8ef97556 | 0,
    },
    '0a0001ad020100a29c0103000314ff3f5675f98e',
  ],
  ['gap', { type: 'gap', run: 1, from: 8, to: 307, cause: 'spool_full' }, '060108ab0200'],
  ['inventory', { type: 'inventory', json: '{"hostname":"web-1"}' }, '07147b22686f73746e616d65223a227765622d31227d'],
  [
    'processes',
    { type: 'processes', clocks, processes: [{ name: 'postgres', cpuRatio: 0.75, memoryBytes: 1_048_576, count: 12 }] },
    '0880d0eab6b733e8fb03e8d8df010108706f737467726573cc3a8080400c',
  ],
  [
    'probe',
    { type: 'probe', json: '{"id":7,"addresses":["192.0.2.9"],"ports":[22],"timeoutMs":3000}' },
    '44407b226964223a372c22616464726573736573223a5b223139322e302e322e39225d2c22706f727473223a5b32325d2c2274696d656f75744d73223a333030307d',
  ],
  [
    'plan',
    {
      type: 'plan',
      json: '{"checks":[{"id":"c1","target":{"kind":"process","name":"nginx"},"intervalMs":30000,"timeoutMs":5000}]}',
    },
    '45677b22636865636b73223a5b7b226964223a226331222c22746172676574223a7b226b696e64223a2270726f63657373222c226e616d65223a226e67696e78227d2c22696e74657276616c4d73223a33303030302c2274696d656f75744d73223a353030307d5d7d',
  ],
  [
    'probe_result',
    { type: 'probe_result', json: '{"id":7,"outcome":"reached","detail":"192.0.2.9:22 answers.","tookMs":4}' },
    '09487b226964223a372c226f7574636f6d65223a2272656163686564222c2264657461696c223a223139322e302e322e393a323220616e73776572732e222c22746f6f6b4d73223a347d',
  ],
  [
    'task',
    {
      type: 'task',
      id: filled(16, 0x55),
      kind: 'probe',
      remainingMs: 4_500,
      json: '{"addresses":["192.0.2.9"],"ports":[22],"timeoutMs":3000}',
    },
    '46555555555555555555555555555555550570726f62659423397b22616464726573736573223a5b223139322e302e322e39225d2c22706f727473223a5b32325d2c2274696d656f75744d73223a333030307d',
  ],
  [
    'task_result',
    {
      type: 'task_result',
      id: filled(16, 0x55),
      outcome: 'done',
      ageMs: 120,
      dropped: 0,
      fileBytes: 0,
      json: '{"outcome":"reached","detail":"192.0.2.9:22 answers.","tookMs":4}',
    },
    '0b5555555555555555555555555555555504646f6e65780000417b226f7574636f6d65223a2272656163686564222c2264657461696c223a223139322e302e322e393a323220616e73776572732e222c22746f6f6b4d73223a347d',
  ],
  [
    'task_result with a file',
    {
      type: 'task_result',
      id: filled(16, 0x55),
      outcome: 'done',
      ageMs: 300,
      dropped: 1,
      fileBytes: 5,
      json: '{}',
    },
    '0b5555555555555555555555555555555504646f6e65ac020105027b7d',
  ],
  [
    'task_file',
    { type: 'task_file', id: filled(16, 0x55), offset: 0, bytes: new TextEncoder().encode('hello') },
    '0c55555555555555555555555555555555000568656c6c6f',
  ],
  ['task_taken', { type: 'task_taken', id: filled(16, 0x55) }, '4755555555555555555555555555555555'],
  [
    'ack',
    {
      type: 'ack',
      run: 0,
      ranges: [
        [1, 300],
        [302, 302],
      ],
    },
    '43000201ab02ae0200',
  ],
  ['ping', { type: 'ping', id: 129 }, '608101'],
  ['pong', { type: 'pong', id: 129, clocks }, '61810180d0eab6b733e8fb03e8d8df01'],
  ['pong, short', { type: 'pong', id: 129, clocks: null }, '618101'],
  ['goodbye', { type: 'goodbye', reason: 'reboot', returnInMs: 900_000 }, '6201a0f736'],
  [
    'error',
    { type: 'error', code: 'overloaded', message: 'Later.', fatal: false, retryInMs: 5_000 },
    '630a6f7665726c6f61646564064c617465722e008827',
  ],
];
