import type { BudgetAtRisk } from '../../../protocol/api/availability.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { budgetLevel, LEAST_BUDGETED_MS } from '../../domain/sla/budget.ts';
import { budgetOf, type Measurement, targetedDownMs } from '../../domain/sla/figure.ts';

/** Null while less than half of the budget is spent. */
export function budgetRisk(
  { segments, open }: Measurement,
  about: Pick<BudgetAtRisk, 'kind' | 'id' | 'name'>,
  clientId: string,
  now: number,
): { priority: Priority; said: Said; risk: BudgetAtRisk } | null {
  const budget = budgetOf(segments);
  const budgetedMs = segments.reduce((sum, { targetPpm, countedMs }) => sum + (targetPpm === null ? 0 : countedMs), 0);
  if (budget === null || budgetedMs < LEAST_BUDGETED_MS) return null;
  const downMs = targetedDownMs(segments);
  const level = budgetLevel(downMs, budget);
  if (!level) return null;
  const budgetMs = Number(budget / 1_000_000n);
  const spentRatio = budgetMs === 0 ? downMs : Math.floor((downMs * 1_000) / budgetMs) / 1_000;
  const growsSince = open.count > 0 ? now : null;
  const headline = said('budget.spent', { budget: { spentMs: downMs, budgetMs, growsSince } });
  const budgetLeftMs = budgetMs - downMs;
  return { priority: level.priority, said: headline, risk: { ...about, clientId, spentRatio, budgetMs, budgetLeftMs } };
}
