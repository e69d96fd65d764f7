import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A new folder for this test, removed after it. */
export function tempDir(t: Pick<Test, 'teardown'>): string {
  const path = mkdtempSync(join(tmpdir(), 'vigia-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
