import { createCollector } from '../../agent/collect/create-collector.ts';

/** Run where mounts are to be looked at: prints what the agent's second round says of file systems, `{ name: value }`. */

const collector = createCollector();
await collector.collect();
const { metrics, values } = await collector.collect();
collector.close();
const seen = metrics.map(({ name }, index) => [name, values[index] ?? null] as const);
process.stdout.write(`${JSON.stringify(Object.fromEntries(seen.filter(([name]) => name.startsWith('fs.'))))}\n`);
