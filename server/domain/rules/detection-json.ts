import { readSaid } from '../../../protocol/said/read.ts';
import { type DetectionState, freshDetection, type OnboardingFinding } from './detection.ts';

/** A map as JSON: a list of pairs, in which what the outside calls itself is never a key. */
export type SavedMap<Value> = [string, Value][];

type Saved<T> = { readonly [K in keyof T]: T[K] extends Map<string, infer Value> ? SavedMap<Value> : T[K] };

/** What is remembered, as plain data to be kept as JSON. */
export type SavedDetection = Saved<Omit<DetectionState, 'comparedMounts'>>;

export function saveDetection(state: DetectionState): SavedDetection {
  const { levels, raised, onboarding, fills, mounts, comparedMounts: _, ...plain } = state;
  return {
    ...plain,
    levels: [...levels],
    raised: [...raised],
    onboarding: [...onboarding],
    fills: [...fills],
    mounts: [...mounts],
  };
}

/** @param saved by this version, or by an older one, which had objects for maps and lacked what is newer */
export function readDetection(saved: Partial<SavedDetection>): DetectionState {
  const { levels, raised, onboarding, fills, mounts } = saved;
  return {
    ...freshDetection(),
    ...saved,
    levels: readMap(levels),
    raised: readMap(raised),
    onboarding: new Map([...readMap(onboarding)].map(([id, found]) => [id, readFound(found)])),
    fills: readMap(fills),
    mounts: readMap(mounts),
  };
}

/** A map that was saved as pairs, or by an older version as an object; an empty one where nothing was. */
export function readMap<Value>(saved: SavedMap<Value> | { readonly [name: string]: Value } = []): Map<string, Value> {
  return new Map(Array.isArray(saved) ? saved : Object.entries(saved));
}

/** Older versions kept a sentence. */
function readFound({
  rule,
  object,
  foundAt,
  ...kept
}: OnboardingFinding & { readonly sentence?: string }): OnboardingFinding {
  return { rule, object, said: readSaid(kept.said ?? kept.sentence), foundAt };
}
