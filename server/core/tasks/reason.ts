/** Why an agent says that it did not do something, for the log and for people; an agent that gives no reason has none. */
export function reasonIn(json: string): string {
  try {
    const reason = (JSON.parse(json) as { reason?: unknown } | null)?.reason;
    return typeof reason === 'string' ? reason.slice(0, 300) : '';
  } catch (cause) {
    if (cause instanceof SyntaxError) return '';
    throw cause;
  }
}
