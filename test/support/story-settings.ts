import { type DetectionSettings, defaultSettings, type LevelTiming } from '../../server/domain/settings.ts';

type Sections = { readonly [S in keyof DetectionSettings]?: Partial<DetectionSettings[S]> };

/** What a test says of detection, as it travels in JSON: whole sections may be given in part. */
export type StorySettings = Sections & {
  /** `for` of both levels of disk space and inodes. */
  readonly diskForMs?: number;
};

/** The defaults with some sections changed; thresholds stay what they are. */
export function storySettings({ diskForMs, ...sections }: StorySettings): DetectionSettings {
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const [name, section] of Object.entries(sections)) {
    const standard = defaultSettings[name as keyof DetectionSettings];
    settings[name] = typeof standard === 'object' ? { ...standard, ...(section as object) } : section;
  }
  const merged = settings as unknown as DetectionSettings;
  if (diskForMs === undefined) return merged;
  const quick = <L extends LevelTiming>(level: L): L => ({ ...level, forMs: diskForMs });
  return {
    ...merged,
    disk: { ...merged.disk, levels: merged.disk.levels.map(quick) },
    inodes: { ...merged.inodes, levels: merged.inodes.levels.map(quick) },
  };
}
