import t from 'tap';
import { type CheckReason, checkReasons } from '../../../protocol/check-reason.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { sayObservation } from '../../../server/domain/say-check.ts';

const url = 'https://shop.example/?q=1';
const say = (reason: CheckReason): string =>
  plain(
    sayObservation(
      { kind: 'http', url },
      { at: 0, up: false, reason, durationMs: 1_200, httpStatus: reason === 'ok' ? 200 : null },
    ),
    0,
  );

t.test('every reason has a sentence of its own that names the target', async (t) => {
  const sentences = checkReasons.map(say);
  t.equal(new Set(sentences).size, checkReasons.length);
  for (const sentence of sentences) t.ok(sentence.includes(url), sentence);
});

t.test('why TLS does not come about, and why a page is not asked for, is said', async (t) => {
  t.equal(say('tls_old'), `${url} speaks only TLS that is too old to be safe`);
  t.equal(say('not_tls'), `${url} does not speak TLS, perhaps plain HTTP`);
  t.match(say('query_not_permitted'), /without a query only.*check-local-query/);
  t.match(say('address_refused'), /metadata, link-local/);
});
