import { Registry } from 'prom-client';
import t from 'tap';
import { watchStorage } from '../../../../server/platform/metrics/storage-metrics.ts';

t.test('what is held is told by resolution, and read once a scrape', async (t) => {
  const registry = new Registry();
  let reads = 0;
  watchStorage([registry], async () => {
    reads += 1;
    const held = (n: number) => ({ bytes: n, blocks: n + 1, retentionMs: n * 1_000 });
    return {
      fileBytes: 1,
      freeBytes: 2,
      journalBytes: 3,
      openBytes: 4,
      openReports: 5,
      rawSamples: 6,
      held: { raw: held(10), fiveMinute: held(20), hour: held(30) },
      damaged: [{}, {}],
    };
  });
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'vigia_storage_bytes{resolution="raw"} 10',
    'vigia_storage_blocks{resolution="fiveMinute"} 21',
    'vigia_storage_retention_seconds{resolution="hour"} 30',
    'vigia_storage_samples 6',
    'vigia_storage_file_bytes 1',
    'vigia_storage_free_bytes 2',
    'vigia_storage_journal_bytes 3',
    'vigia_storage_open_bytes 4',
    'vigia_storage_open_reports 5',
    'vigia_storage_damaged_parts 2',
  ]) {
    t.ok(lines.includes(line), line);
  }
  t.equal(reads, 1);
});

t.test('a scrape fails with the store', async (t) => {
  const registry = new Registry();
  watchStorage([registry], () => Promise.reject(new Error('closed')));
  await t.rejects(registry.metrics(), { message: 'closed' });
});
