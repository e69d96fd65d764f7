import fc from 'fast-check';
import t from 'tap';
import { ProtocolError } from '../../../protocol/error.ts';
import { parseProbeAnswer, parseProbeRequest } from '../../../protocol/wire/probe.ts';
import { holds } from '../../support/property.ts';

const request = { id: 7, addresses: ['192.0.2.9', 'fd00::9'], ports: [22, 443], timeoutMs: 3_000 };
const answer = { id: 7, outcome: 'reached', detail: '192.0.2.9:22 took the connection.', tookMs: 4 };

t.test('question and answer come back as they went, without fields of newer peers', async (t) => {
  t.same(parseProbeRequest(JSON.stringify({ ...request, colour: 'blue' })), request);
  t.same(parseProbeAnswer(JSON.stringify({ ...answer, colour: 'blue' })), answer);
});

t.test('what is refused', async (t) => {
  const f = (parse: (json: string) => unknown, document: unknown, what: string) =>
    t.throws(() => parse(JSON.stringify(document)), { code: 'frame_malformed', message: new RegExp(what) });
  for (const document of [[], null, 'x', 5]) f(parseProbeRequest, document, 'the document');
  t.throws(() => parseProbeRequest('{'), ProtocolError);
  f(parseProbeRequest, { ...request, id: -1 }, 'id');
  f(parseProbeRequest, { ...request, addresses: [4] }, 'addresses');
  f(parseProbeRequest, { ...request, addresses: 'x' }, 'addresses');
  f(parseProbeRequest, { ...request, ports: [65_536] }, 'ports');
  f(parseProbeRequest, { ...request, ports: [1.5] }, 'ports');
  f(parseProbeRequest, { ...request, timeoutMs: '3' }, 'timeoutMs');
  f(parseProbeAnswer, { ...answer, outcome: 'maybe' }, 'outcome');
  f(parseProbeAnswer, { ...answer, detail: 'x'.repeat(301) }, 'detail');
  f(parseProbeAnswer, { ...answer, detail: 'a\u001b[31m' }, 'detail');
  f(parseProbeAnswer, { ...answer, tookMs: null }, 'tookMs');
});

t.test('nothing but ProtocolError is thrown', async (t) => {
  const refused = (parse: (json: string) => unknown) => (json: string) => {
    try {
      parse(json);
    } catch (error) {
      return error instanceof ProtocolError;
    }
    return true;
  };
  holds(t, fc.property(fc.json(), refused(parseProbeRequest)));
  holds(t, fc.property(fc.json(), refused(parseProbeAnswer)));
});
