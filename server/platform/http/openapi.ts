import swagger from '@fastify/swagger';
import type { Http } from './http.ts';

/** Describes every route that is added later, as OpenAPI 3.1 at `/api/v1/openapi.json`. */
export async function describeApi(http: Http, version: string): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Vigia', version, description: 'What the lookout sees. Times are ISO 8601 UTC, ratios 0 to 1.' },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key.' },
          session: { type: 'apiKey', in: 'cookie', name: '__Host-vigia', description: 'The session of a browser.' },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const isPublic = route.config?.access === 'public';
      return { schema: { ...schema, security: isPublic ? [] : [{ key: [] }, { session: [] }] }, url };
    },
  });
  http.get('/api/v1/openapi.json', { config: { access: 'read' }, schema: { hide: true } }, async () => http.swagger());
}
