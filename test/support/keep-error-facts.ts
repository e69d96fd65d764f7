import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { errorFactRows } from './error-facts.ts';

/** Writes the table of facts in docs/errors.md anew: `node test/support/keep-error-facts.ts`. */
const path = inRoot('docs', 'errors.md');
const page = readFileSync(path, 'utf8');
const [head = ''] = page.split('| key | parameters | in English |');
writeFileSync(path, `${head}| key | parameters | in English |\n|---|---|---|\n${errorFactRows().join('\n')}\n`);
