import t from 'tap';
import { type CsvColumn, csv, csvOf } from '../../../dashboard/data/csv.ts';

t.test('cells', async (t) => {
  const f = (cell: string | number | null, want: string) => t.equal(csv([[cell]]), `${want}\r\n`, JSON.stringify(cell));
  f('db-1', 'db-1');
  f(null, '');
  f(0, '0');
  f(-0.5, '-0.5');
  f('a,b', '"a,b"');
  f('say "hi"', '"say ""hi"""');
  f('two\nlines', '"two\nlines"');
});

t.test('what a spreadsheet would run is text', async (t) => {
  const f = (cell: string) => t.match(csv([[cell]]), /^"'/, JSON.stringify(cell));
  f('=HYPERLINK("http://evil","x")');
  f('+1+cmd|calc');
  f('-2+3');
  f('@SUM(A1)');
  f('\t=1');
  t.equal(csv([['\r=1']]), '[U+000D]=1\r\n', 'a control is written out');
});

t.test('columns: each heading stands over what its column says of every item', async (t) => {
  const columns: CsvColumn<{ name: string; bytes: number | null }>[] = [
    ['Name', ({ name }) => name],
    ['Bytes', ({ bytes }) => bytes],
  ];
  t.equal(
    csvOf(
      [
        { name: 'a,b', bytes: 3 },
        { name: '=1', bytes: null },
      ],
      columns,
    ),
    'Name,Bytes\r\n"a,b",3\r\n"\'=1",\r\n',
  );
  t.equal(csvOf([], columns), 'Name,Bytes\r\n');
});
