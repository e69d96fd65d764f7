import { readEnvironmentFile, readSecretNames, requireReadable, withoutSecrets } from '../secrets.ts';
import type { ListedPoint, Listing, ListingKit, PlaceListing, RecoveryPlace, SourceKind } from '../source.ts';
import { faultOfRun } from '../tool-fault.ts';
import { borgIn } from './parse.ts';

const OWN_VARIABLES = ['BORG_', 'HOME'];
/** As `run-tool.ts` has it: times of Borg before 2.0 have no zone. */
const borg = borgIn('UTC');
/** Of so many of the newest it is asked when they ended, which takes a read of the repository each. */
const DATED = 20;

/**
 * A repository of Borg, as `borg list` lists it: without taking its lock, so nothing is written to it, and a lock that was left
 * behind stays where it is.
 */
export const borgKind: SourceKind = {
  tool: 'borg',
  read(take): RecoveryPlace {
    const repository = take.text('repository');
    const secrets = readSecretNames(take);
    const program = take.path('program') ?? 'borg';
    const prefix = take.text('prefix');
    if (prefix !== undefined && !/^[\w.@+-]+$/.test(prefix))
      throw new Error('"prefix" has other characters than names of archives.');
    const filter = prefix === undefined ? [] : [`--glob-archives=${prefix}*`];
    if (repository === undefined && secrets.environmentFile === undefined)
      throw new Error('it has neither "repository" nor an "environmentFile" that names it.');

    const environment = (cacheDir: string): Record<string, string> => ({
      ...readEnvironmentFile(secrets.environmentFile, OWN_VARIABLES),
      ...(repository !== undefined && { BORG_REPO: repository }),
      ...(secrets.passwordFile !== undefined && { BORG_PASSCOMMAND: `cat -- ${quoted(secrets.passwordFile)}` }),
      ...(secrets.passwordCommand !== undefined && { BORG_PASSCOMMAND: secrets.passwordCommand }),
      BORG_CACHE_DIR: `${cacheDir}/borg`,
      BORG_SECURITY_DIR: `${cacheDir}/borg-security`,
      // Nobody can be asked. What these allow is to look at a repository, which the machine's own file named.
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
      BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
      BORG_EXIT_CODES: 'modern',
    });

    return {
      where: withoutSecrets(repository ?? secrets.environmentFile ?? ''),
      async list({ runTool, cacheDir }: ListingKit): Promise<PlaceListing> {
        requireReadable(secrets.passwordFile);
        const run = async (more: readonly string[]): Promise<Listing> => {
          const args = ['list', '--json', '--bypass-lock', ...filter, ...more];
          const result = await runTool({ program, args, environment: environment(cacheDir) });
          const fault = faultOfRun(borg, result);
          if (fault !== null) throw fault;
          return borg.readListing(result.stdout);
        };
        const listing = await run([]);
        if (listing.points.length === 0) return { ...listing, sizeBytes: null };
        const dated = await run([`--last=${DATED}`, '--format={end}{hostname}']);
        const byId = new Map(dated.points.map((point) => [point.id, point]));
        const points = listing.points.map((point): ListedPoint => {
          const { finishedAt = null, hostname = null } = byId.get(point.id) ?? {};
          return { ...point, finishedAt, hostname };
        });
        return { ...listing, points, sizeBytes: null };
      },
    };
  },
};

/** For how Borg splits a command into words, which is that of a shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'"'"'`)}'`;
}
