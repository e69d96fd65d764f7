import t from 'tap';
import { npmError } from '../../scripts/lib/npm.mjs';

t.test('what is left of the output of npm', async (t) => {
  const f = (output: string, want: string) => t.equal(npmError(output), want);
  f(
    'npm ERR! code ENOSPC\nnpm ERR! syscall write\nnpm ERR! nospc no space left\nnpm ERR! A complete log of this run: /x',
    'nospc no space left',
  );
  f(
    'npm warn old\nnpm error code E404\nnpm error 404 Not Found - GET x\nnpm error    at f (x.js:1)\n',
    '404 Not Found - GET x',
  );
  f('spawn npm ENOENT', 'spawn npm ENOENT');
  f('one\ntwo\nthree\nfour\n', 'two three four');
  f('', 'no output');
});
