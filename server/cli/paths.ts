import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the installation. */
export const installationDir = fileURLToPath(new URL('../../', import.meta.url));

/** The agent's bundle, which `npm start` and the build make. */
export const agentBundle = join(installationDir, 'dist', 'agent', 'vigia-agent.mjs');
