import { Storage } from '../../../protocol/api/view.ts';
import type { Http } from '../../platform/http/http.ts';
import type { StoragePort } from './port.ts';

/** What the server keeps of history: it belongs to no single client. */
export function storageRoutes(http: Http, { storage }: { readonly storage: StoragePort }): void {
  http.get(
    '/api/v1/storage',
    { config: { access: 'read', everyClient: true }, schema: { response: { 200: Storage } } },
    () => storage.usage(),
  );
}
