import { basename, dirname } from 'node:path';
import { Type } from 'typebox';
import { VigiaError } from '../../../protocol/error.ts';
import type { Http, RouteContext } from '../context.ts';
import { strict } from '../fields.ts';

const Params = Type.Object({ name: Type.String({ maxLength: 64 }) }, strict);

/** What a new machine fetches before it is enrolled: the script, the agent and its runtime, and their checksums. */
export function installRoutes(http: Http, { installFiles }: RouteContext): void {
  http.get('/install/manifest.json', { config: { access: 'public' } }, () => installFiles.manifest());

  http.get('/install/:name', { config: { access: 'public' }, schema: { params: Params } }, async (request, reply) => {
    const path = await installFiles.find(request.params.name);
    if (path === null) throw new VigiaError('artifact_missing');
    return reply.header('cache-control', 'no-cache').sendFile(basename(path), dirname(path));
  });
}
