import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';
import { copyDatabase } from '../platform/files/copy-database.ts';
import { openReadable } from '../platform/files/readable-database.ts';
import { serveSeries } from '../platform/series/serve-series.ts';

/** The series thread of this server: its database can be read on a full disk and on one that is read-only. */

freezePrototypes();
serveSeries({ openDatabase: openReadable, copyDatabase });
