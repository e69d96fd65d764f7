/** Whose data a reader or writer may touch: one client's, or all clients' by explicit choice. */
export type Scope = { readonly clientId: string } | { readonly allClients: true };

export const everyClient: Scope = { allClients: true };

/** True if something of this client is inside the scope. */
export function inScope(scope: Scope, clientId: string): boolean {
  return 'allClients' in scope || scope.clientId === clientId;
}
