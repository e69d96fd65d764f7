/** The page behind a one-time link. The secret is the fragment, which no browser sends and no log sees. */
export function resetUrl(base: string, secret: string): string {
  return `${base}/reset-password#token=${secret}`;
}
