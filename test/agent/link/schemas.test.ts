import t from 'tap';
import { createSchemas } from '../../../agent/link/schemas.ts';
import { describe } from '../../../protocol/wire/metric.ts';

t.test('a list keeps its number; a new list gets a new one', async (t) => {
  const schemas = createSchemas();
  const one = [describe('cpu.busy')];
  const two = [describe('cpu.busy'), describe('load.1')];
  t.equal(schemas.schemaOf(one).schema, 1);
  t.equal(schemas.schemaOf(one).schema, 1);
  t.equal(schemas.schemaOf([...one]).schema, 1, 'by what it says, not by which array says it');
  t.equal(schemas.schemaOf(two).schema, 2);
  t.equal(schemas.schemaOf(one).schema, 1, 'also when it comes back');
  t.same(schemas.schemaOf(two).metrics, two);
});

t.test('numbers run out with a sentence, not with a wrong number', async (t) => {
  const schemas = createSchemas();
  for (let index = 1; index <= 0xffff; index += 1) schemas.schemaOf([describe('fs.size', `/${index}`)]);
  t.throws(() => schemas.schemaOf([describe('fs.size', '/one-too-many')]), { code: 'internal', message: /too often/ });
});

t.test('the second of a name gets a mark: an encrypted volume that is called like its disk', async (t) => {
  const schemas = createSchemas();
  const list = [describe('disk.busy', 'sdb'), describe('disk.busy', 'sdb'), describe('disk.reads', 'sdb')];
  const names = () => schemas.schemaOf(list).metrics.map(({ name }) => name);
  t.same(names(), ['disk.busy[sdb]', 'disk.busy[sdb#2]', 'disk.reads[sdb]']);
  t.equal(schemas.schemaOf(list), schemas.schemaOf(list), 'and is found again at once');
  t.same([...list.map(({ name }) => name)].sort()[0], 'disk.busy[sdb]');
});
