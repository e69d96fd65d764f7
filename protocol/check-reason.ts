/** Why a check says what it says; the number travels as a metric, so the order never changes. */
export const checkReasons = [
  'ok',
  'refused',
  'timeout',
  'name_unknown',
  'unreachable',
  'status',
  'text_missing',
  'too_slow',
  'tls',
  'not_running',
  'not_found',
  'not_permitted',
  'failed',
  'tls_old',
  'not_tls',
  'tls_failed',
  'query_not_permitted',
  'address_refused',
] as const;
export type CheckReason = (typeof checkReasons)[number];
