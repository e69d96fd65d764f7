import { type ContinuityItem, continuityItems } from '../../../protocol/api/continuity-items.ts';
import { said as fact, type Said } from '../../../protocol/said/said.ts';

/** What is known of one answer to "what do we do when this fails?". */
export type Answer =
  | { readonly state: 'there' }
  | { readonly state: 'missing' | 'expired' | 'breached' | 'unproven' }
  /** Nothing that such an asset has. */
  | { readonly state: 'not_needed' };

/** The client refused a protection in writing. Without a document nobody did. */
export interface AcceptedRisk {
  readonly item: ContinuityItem;
  /** What the document is called. */
  readonly document: string;
  /** `YYYY-MM-DD`: to be asked again after it; null: for good. */
  readonly until: string | null;
}

export interface Asset {
  readonly id: string;
  readonly clientId: string;
  readonly answers: Readonly<Record<ContinuityItem, Answer>>;
  readonly accepted: readonly AcceptedRisk[];
}

export interface Continuity {
  /** How many answers it has, of how many that it needs. Accepted risks are needed still: nothing is better for being refused. */
  readonly there: number;
  readonly needed: number;
  /** 0..1, rounded down; null where nothing is needed. */
  readonly score: number | null;
  readonly gaps: readonly Said[];
  readonly accepted: readonly Said[];
}

/** @param today the date where the client is, `YYYY-MM-DD` */
export function continuityOf({ answers, accepted }: Asset, today: string): Continuity {
  let [there, needed] = [0, 0];
  const [gaps, risks]: [Said[], Said[]] = [[], []];
  for (const item of continuityItems) {
    const { state } = answers[item];
    if (state === 'not_needed') continue;
    needed += 1;
    if (state === 'there') {
      there += 1;
      continue;
    }
    const risk = accepted.find((one) => one.item === item && isAccepted(one, today));
    if (risk) risks.push(fact('recovery.risk.accepted', { item, document: risk.document, until: risk.until }));
    else gaps.push(fact('recovery.gap', { item, why: state }));
  }
  return { there, needed, score: shareOf(there, needed), gaps, accepted: risks };
}

export interface ClientContinuity {
  readonly clientId: string;
  readonly score: number | null;
  readonly assets: number;
  readonly gaps: number;
  readonly accepted: number;
  /** The asset with the lowest score; null where none is scored. */
  readonly worstId: string | null;
}

/** A client's score is that of all its answers together, with the worst asset beside it. Sorted by client. */
export function continuityByClient(assets: readonly Asset[], today: string): ClientContinuity[] {
  const byClient = Map.groupBy(assets, ({ clientId }) => clientId);
  const sorted = [...byClient].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([clientId, own]) => {
    const all = own.map((asset) => ({ id: asset.id, ...continuityOf(asset, today) }));
    const sum = (of: (one: Continuity) => number): number => all.reduce((total, one) => total + of(one), 0);
    const scored = all.filter(({ score }) => score !== null);
    const [worst] = scored.sort((a, b) => (a.score ?? 0) - (b.score ?? 0) || (a.id < b.id ? -1 : 1));
    return {
      clientId,
      score: shareOf(
        sum(({ there }) => there),
        sum(({ needed }) => needed),
      ),
      assets: own.length,
      gaps: sum(({ gaps }) => gaps.length),
      accepted: sum(({ accepted }) => accepted.length),
      worstId: worst?.id ?? null,
    };
  });
}

function isAccepted({ document, until }: AcceptedRisk, today: string): boolean {
  return document.trim() !== '' && (until === null || until >= today);
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 1e6) / whole) / 1e6;
}
