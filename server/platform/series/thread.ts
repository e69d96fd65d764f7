import { backup, DatabaseSync } from 'node:sqlite';
import { serveSeries } from './serve-series.ts';

/** The thread of whoever brings nothing to it: the file is opened and copied as SQLite does by itself. */

/** In one step: a copy in several begins anew at each commit. */
const ALL_PAGES = 2 ** 31 - 1;

serveSeries({
  openDatabase: (path, options) => new DatabaseSync(path, options),
  async copyDatabase(from, to) {
    const source = new DatabaseSync(from, { readOnly: true });
    try {
      await backup(source, to, { rate: ALL_PAGES });
    } finally {
      source.close();
    }
  },
});
