#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figuresOf, LONGEST_FUNCTION } from './house/figures.mjs';
import { readSources } from './house/imports.mjs';
import { findLongFunctions } from './house/long-functions.mjs';
import { inRoot, root } from './lib/paths.mjs';

/**
 * `npm run house`: how the sources stand to one another. Fails where a figure is worse than `house/limits.json` holds;
 * `--keep` writes there what was reached, and refuses what got worse. `--which` names what is counted.
 */

const limitsFile = inRoot('scripts', 'house', 'limits.json');
/** @type {Record<string, { limit: number, aim: number }>} */
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'));
const { values } = parseArgs({ options: { keep: { type: 'boolean' }, which: { type: 'boolean' } } });

const parts = ['server', 'agent', 'dashboard', 'protocol'];
const figures = Object.entries(figuresOf(readSources(root, parts), await findLongFunctions(parts, LONGEST_FUNCTION)));
const worse = figures.filter(([name, { value }]) => value > (limits[name]?.limit ?? 0));

for (const [name, { value, which }] of figures) {
  const { limit = 0, aim = 0 } = limits[name] ?? {};
  console.log(`${String(value).padStart(5)}  ${name} (at most ${limit}, aim ${aim})`);
  if (values.which === true || value > limit) for (const one of which) console.log(`       ${one}`);
}
if (worse.length > 0) {
  console.log(
    `Worse than before: ${worse.map(([name]) => name).join(', ')}. Move what was added to where its imports lead down.`,
  );
  process.exitCode = 1;
} else if (values.keep === true) {
  const kept = figures.map(([name, { value }]) => [name, { limit: value, aim: limits[name]?.aim ?? 0 }]);
  writeFileSync(limitsFile, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
