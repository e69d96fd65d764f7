/** Whose data a reader or writer may touch: that of some clients, or of all by explicit choice. No client is none of them. */
export type Scope = { readonly clientIds: ReadonlySet<string> } | { readonly allClients: true };

export const everyClient: Scope = { allClients: true };

/** The scope of these clients and no other. */
export function ofClients(...clientIds: readonly string[]): Scope {
  return { clientIds: new Set(clientIds) };
}

/** True if something of this client is inside the scope. */
export function inScope(scope: Scope, clientId: string): boolean {
  return 'allClients' in scope || scope.clientIds.has(clientId);
}

/** The client of a scope of one; null for more. */
export function onlyClient(scope: Scope): string | null {
  if ('allClients' in scope || scope.clientIds.size !== 1) return null;
  const [clientId = null] = scope.clientIds;
  return clientId;
}
