import t from 'tap';
import { hrefOf, view, viewAt } from '../../../dashboard/shell/view.ts';

const Page = () => null;
const ledger = view('availability/:kind/:id', {
  only: { kind: ['device', 'site'] },
  Page: ({ kind, id }: { kind: 'device' | 'site'; id: string }) => `${kind} ${id}`,
  title: ({ kind, id }) => `${id} of ${kind}`,
  within: 'availability',
});
const fleet = view('fleet', { Page, title: () => 'Fleet', place: { icon: 'fleet', label: () => 'Fleet' } });
const settings = view('settings/:section', {
  Page: ({ section }: { section: string }) => section,
  title: ({ section }) => section,
  place: { icon: 'settings', label: () => 'Settings', href: '/settings/display' },
});
const views = [fleet, ledger, settings];

t.test('the first view whose address it is', async (t) => {
  const f = (path: string, want: string | null) => {
    const found = viewAt(views, path);
    t.equal(found?.view.title(found.parameters) ?? null, want, path);
  };
  f('/fleet', 'Fleet');
  f('/availability/site/s1', 's1 of site');
  f('/availability/client/c1', null);
  f('/settings/keys', 'keys');
  f('/settings', null);
  f('/constructor', null);
});

t.test('a page is told the parts of its address', async (t) => {
  const found = viewAt(views, '/availability/device/a%2Fb');
  t.match(found?.view.page(found.parameters), { props: { kind: 'device', id: 'a/b' } });
});

t.test('a place leads to the view, or to where it says', async (t) => {
  t.same(views.map(hrefOf), ['/fleet', '/availability/:kind/:id', '/settings/display']);
});
