import { readFileSync } from 'node:fs';
import t from 'tap';
import { decodeFrame, frameTags } from '../../protocol/wire/codec.ts';
import {
  goodbyeReasons,
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES_BEFORE_AUTH,
  MAX_INVENTORY_BYTES,
  MAX_RUNS_PER_CONNECTION,
  MAX_SCHEMAS_PER_CONNECTION,
} from '../../protocol/wire/frame.ts';
import { MAX_METRIC_NAME_BYTES, MAX_METRICS_PER_SCHEMA } from '../../protocol/wire/metric.ts';
import { goldenFrames } from '../support/golden-frames.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const section = (name: string) =>
  page.split(/^##+ /m).find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}\n`)) ?? '';
const dumps = (text: string) =>
  [...text.matchAll(/```hex\n([\da-f\s]+)```/g)].map(([, hex]) => (hex ?? '').replaceAll(/\s/g, ''));

t.test('docs/protocol.md shows the bytes that the codec is held to', async (t) => {
  t.same(dumps(page).sort(), goldenFrames.map(([, , hex]) => hex).sort());
  for (const [type, tag] of Object.entries(frameTags)) {
    const text = section(type);
    t.ok(text.startsWith(`${type} \`${tag.toString(16).padStart(2, '0')}\``), `${type} has its section and tag`);
    const shown = dumps(text).map((hex) => decodeFrame(Buffer.from(hex, 'hex')).type);
    t.ok(shown.length > 0 && shown.every((one) => one === type), `with its own example`);
  }
});

t.test('its limits are those of the code', async (t) => {
  const limits = section('Limits').replaceAll(',', '');
  for (const limit of [
    MAX_FRAME_BYTES_BEFORE_AUTH,
    MAX_FRAME_BYTES,
    MAX_INVENTORY_BYTES,
    MAX_METRICS_PER_SCHEMA,
    MAX_METRIC_NAME_BYTES,
    MAX_RUNS_PER_CONNECTION,
    MAX_SCHEMAS_PER_CONNECTION,
  ]) {
    t.match(limits, new RegExp(`\\b${limit}\\b`));
  }
});

t.test('it numbers the reasons of a goodbye as they are', async (t) => {
  const words = { service_stop: 'service stop', server_restart: 'restart of the server' } as Record<string, string>;
  for (const [index, reason] of goodbyeReasons.entries()) {
    t.match(section('goodbye'), new RegExp(`\\b${index} ${words[reason] ?? reason}\\b`));
  }
});
