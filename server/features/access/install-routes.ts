import { basename, dirname } from 'node:path';
import { Type } from 'typebox';
import { strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import type { InstallFiles } from './install-files.ts';
import { checksumLines } from './install-files.ts';
import { runtimePlatforms } from './runtime-maker.ts';

const Params = Type.Object({ name: Type.String({ maxLength: 64 }) }, strict);
const Platform = Type.Enum([...runtimePlatforms]);

/** A slow line may take that long for a runtime of 50 MB; the usual deadline of a request would cut it off. */
const DOWNLOAD_TIMEOUT_MS = 3_600_000;

/** What a new machine fetches before it is enrolled: the script, the agent and its runtime, and their checksums. */
export function installRoutes(http: Http, { installFiles }: { readonly installFiles: InstallFiles }): void {
  const config = { access: 'public' } as const;

  http.get(
    '/install/manifest.json',
    { config, schema: { querystring: Type.Object({ platform: Type.Optional(Platform) }, strict) } },
    (request) => installFiles.manifest(request.query.platform),
  );

  http.get(
    '/install/checksums',
    { config, schema: { querystring: Type.Object({ platform: Platform }, strict) } },
    async (request, reply) => {
      const manifest = await installFiles.manifest(request.query.platform);
      return reply.type('text/plain; charset=utf-8').send(checksumLines(manifest));
    },
  );

  http.get(
    '/install/:name',
    { config, handlerTimeout: DOWNLOAD_TIMEOUT_MS, schema: { params: Params } },
    async (request, reply) => {
      const path = await installFiles.find(request.params.name);
      return reply.header('cache-control', 'no-cache').sendFile(basename(path), dirname(path));
    },
  );
}
