/** Half-open, ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What of `whole` none of `parts` covers, oldest first. The parts may overlap and stand in any order. */
export function uncovered(whole: Span, parts: readonly Span[]): Span[] {
  const left: Span[] = [];
  let { fromMs } = whole;
  for (const part of [...parts].sort((a, b) => a.fromMs - b.fromMs)) {
    if (part.fromMs >= whole.toMs) break;
    if (part.fromMs > fromMs) left.push({ fromMs, toMs: part.fromMs });
    fromMs = Math.max(fromMs, part.toMs);
  }
  if (fromMs < whole.toMs) left.push({ fromMs, toMs: whole.toMs });
  return left;
}
