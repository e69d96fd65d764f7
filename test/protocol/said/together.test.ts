import t from 'tap';
import { together } from '../../../protocol/said/together.ts';

t.test('what several bring is one, and nothing is lost because two use a name', async (t) => {
  t.same(together([{ a: 1 }, {}, { b: 2, toString: 3 }]), { a: 1, b: 2, toString: 3 });
  t.same(together([]), {});
  t.throws(() => together([{ a: 1 }, { b: 2 }, { a: 1 }]), /Two bring "a"/);
});
