/** Levels are shares of the size that are available. */
export interface NightMemory {
  /** The night that goes on: its number, the level at its start and the newest one. */
  current: [night: number, start: number, level: number] | null;
  /** The last nights and what each kept, oldest first. */
  past: [night: number, growth: number][];
}
