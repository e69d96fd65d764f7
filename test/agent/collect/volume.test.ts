import t from 'tap';
import { type StatfsResult, type Volume, volumeValues } from '../../../agent/collect/volume.ts';

const result: StatfsResult = { bsize: 4096, frsize: 4096, blocks: 1000, bavail: 250, files: 100, ffree: 60 };
const volume: Volume = { name: '/', path: Buffer.from('/'), mayHang: false, readOnly: false, pool: '8:1' };

t.test('values', async (t) => {
  const f = (change: Partial<StatfsResult>, want: readonly (number | null)[]) =>
    t.same(volumeValues(volume, { result: { ...result, ...change }, isReadable: true }), want, JSON.stringify(change));
  f({}, [4096000, 1024000, 100, 60, 0, 1]);
  f({ frsize: 512, bsize: 1048576 }, [512000, 128000, 100, 60, 0, 1]);
  f({ frsize: 0 }, [4096000, 1024000, 100, 60, 0, 1]);
  f({ files: 0, ffree: 0 }, [4096000, 1024000, null, null, 0, 1]);
  f({ blocks: 0, bavail: 0 }, [null, null, null, null, 0, 1]);
  f({ bavail: 2 ** 64 - 4096 }, [4096000, 0, 100, 60, 0, 1]);
  const unknown = { result: undefined, isReadable: null };
  t.same(volumeValues({ ...volume, readOnly: true }, unknown), [null, null, null, null, 1, null]);
  t.same(volumeValues(volume, { ...unknown, isReadable: false }), [null, null, null, null, 0, 0]);
});
