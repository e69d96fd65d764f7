import { describe, type MetricDescriptor } from '../../../protocol/wire/metric.ts';
import { sameList } from '../section.ts';
import { describeVolumes, MAX_VOLUMES, notAsked, type Volume, volumeValues } from '../volume.ts';
import type { VolumeProbe } from '../volume-probe.ts';
import { chooseVolumes } from './choice.ts';
import { deviceBytes } from './device-bytes.ts';
import { hasMetErrors } from './file-system-errors.ts';
import type { FileReader } from './files.ts';
import { parseMountinfo } from './mountinfo.ts';
import { type PoolMember, poolMembers, poolNumbers } from './pools.ts';
import { selectVolumes, selectWaiting } from './volumes.ts';

/** Where there are too many file systems, all are measured when they change, a minute later, and then this often. */
const SURVEY_EVERY_MS = 3_600_000;
const SECOND_SURVEY_MS = 60_000;
/** How many of those that are left out are named. With those that are watched they are as many as the server remembers. */
const MAX_NAMED = 192;

/** `fs.*`, in the order of mounting. */
export class VolumeSection {
  metrics: readonly MetricDescriptor[] = [];
  readonly #files: FileReader;
  readonly #mountinfoPath: string;
  readonly #sysRoot: string;
  readonly #probe: VolumeProbe;
  #mountinfo: string | undefined;
  #candidates: readonly Volume[] = [];
  #watched: readonly Volume[] = [];
  #leftOut: readonly Volume[] = [];
  #waiting: readonly string[] = [];
  /** What was watched at any time and is still mounted, the last first. */
  #everWatched: readonly string[] = [];
  #sizesLeftOut: readonly number[] = [];
  #members: readonly PoolMember[] = [];
  #surveyDueMs = Number.POSITIVE_INFINITY;
  #surveys = 0;

  constructor(files: FileReader, procRoot: string, sysRoot: string, probe: VolumeProbe) {
    this.#files = files;
    this.#mountinfoPath = `${procRoot}/self/mountinfo`;
    this.#sysRoot = sysRoot;
    this.#probe = probe;
  }

  /** The values of {@link metrics}. Waits a second at most. */
  async sample(nowMs: number): Promise<readonly (number | null)[]> {
    this.#findCandidates(nowMs);
    const isSurvey = nowMs >= this.#surveyDueMs;
    const asked = isSurvey ? this.#candidates : this.#watched;
    const states = await this.#probe.sample(asked, nowMs, this.#candidates);
    const stateOf = new Map(asked.map((volume, index) => [volume.name, states[index]]));
    if (isSurvey) this.#chooseAnew(nowMs);
    const watched = this.#watched.flatMap((volume) => {
      const { errors } = volume;
      const hasErrors = errors === undefined ? null : hasMetErrors(this.#files, this.#sysRoot, errors);
      return volumeValues(volume, stateOf.get(volume.name) ?? notAsked, hasErrors);
    });
    const pools = poolNumbers(this.#members, ({ name }) => stateOf.get(name)?.result);
    const waiting = this.#waiting.map(() => null);
    if (this.#leftOut.length === 0) return [...watched, ...pools, ...waiting];
    return [...watched, ...pools, ...waiting, ...this.#sizesLeftOut, this.#leftOut.length];
  }

  close(): void {
    this.#probe.close();
  }

  #findCandidates(nowMs: number): void {
    const mountinfo = this.#files.textAgain(this.#mountinfoPath) ?? '';
    // Mounts change rarely, and comparing the text costs less than reading it.
    if (mountinfo === this.#mountinfo) return;
    this.#mountinfo = mountinfo;
    const before = this.#candidates.map((volume) => volume.name);
    const mounts = parseMountinfo(mountinfo);
    this.#candidates = selectVolumes(mounts, (device) => deviceBytes(this.#files, this.#sysRoot, device));
    const names = this.#candidates.map((volume) => volume.name);
    const taken = new Set(names);
    this.#waiting = selectWaiting(mounts, [...this.#waiting, ...before]).filter((name) => !taken.has(name));
    if (this.#candidates.length <= MAX_VOLUMES) {
      this.#surveyDueMs = Number.POSITIVE_INFINITY;
      this.#watch(this.#candidates, []);
    } else if (!sameList(before, names) || this.#leftOut.length === 0) {
      this.#surveys = 0;
      this.#surveyDueMs = nowMs;
    } else {
      // The same ones, of which one may have turned read-only.
      const now = new Map(this.#candidates.map((volume) => [volume.name, volume]));
      const newest = (volumes: readonly Volume[]) => volumes.map((volume) => now.get(volume.name) ?? volume);
      this.#watch(newest(this.#watched), newest(this.#leftOut));
    }
  }

  #chooseAnew(nowMs: number): void {
    this.#surveys += 1;
    this.#surveyDueMs = nowMs + (this.#surveys === 1 ? SECOND_SURVEY_MS : SURVEY_EVERY_MS);
    const { watched, leftOut } = chooseVolumes(this.#candidates, (volume) => this.#probe.sizeOf(volume));
    this.#watch(watched, leftOut);
  }

  #watch(watched: readonly Volume[], leftOut: readonly Volume[]): void {
    this.#watched = watched;
    this.#leftOut = leftOut;
    this.#members = poolMembers(watched);
    const named = this.#toName(leftOut);
    this.#sizesLeftOut = named.map((volume) => this.#probe.sizeOf(volume) ?? 0);
    const metrics = [
      ...describeVolumes(watched),
      ...this.#members.map(({ name }) => describe('fs.pool', name)),
      // Whoever misses a file system sees by this that it is none of those that are gone.
      ...this.#waiting.map((name) => describe('fs.readable', name)),
      ...named.map((volume) => describe('fs.leftOut', volume.name)),
      ...(leftOut.length > 0 ? [describe('fs.leftOutCount')] : []),
    ];
    const namesOf = (list: readonly MetricDescriptor[]) => list.map(({ name }) => name);
    if (!sameList(namesOf(this.metrics), namesOf(metrics))) this.metrics = metrics;
  }

  /** What was watched goes first: of which nothing more is said, that counts as gone. */
  #toName(leftOut: readonly Volume[]): readonly Volume[] {
    const volumes = new Map(leftOut.map((volume) => [volume.name, volume]));
    const before = this.#everWatched.flatMap((name) => volumes.get(name) ?? []);
    const watched = this.#watched.map(({ name }) => name);
    this.#everWatched = [...watched, ...before.map(({ name }) => name)];
    return [...new Set([...before, ...leftOut])].slice(0, MAX_NAMED);
  }
}
