import { readEnvironmentFile, readSecretNames, requireReadable, withoutSecrets } from '../secrets.ts';
import { type ListingKit, type PlaceListing, type RecoveryPlace, SourceError, type SourceKind } from '../source.ts';
import { faultOfRun } from '../tool-fault.ts';
import { readRestoreSize, restic } from './parse.ts';

/** Of restic itself and of the stores that it knows; `HOME` for ssh and rclone. */
const OWN_VARIABLES = ['RESTIC_', 'AWS_', 'B2_', 'AZURE_', 'GOOGLE_', 'OS_', 'ST_', 'RCLONE_', 'HOME'];

/**
 * A repository of restic, as `restic snapshots` lists it: without a lock, so nothing is written to it, and a lock that was left behind
 * stays where it is.
 */
export const resticKind: SourceKind = {
  tool: 'restic',
  read(take): RecoveryPlace {
    const repository = take.text('repository');
    const secrets = readSecretNames(take);
    const program = take.path('program') ?? 'restic';
    const filters = [option('host', take.text('host')), option('path', take.text('path'))].flat();
    const isSized = take.flag('size');
    if (repository === undefined && secrets.environmentFile === undefined)
      throw new Error('it has neither "repository" nor an "environmentFile" that names it.');

    const environment = (cacheDir: string): Record<string, string> => ({
      ...readEnvironmentFile(secrets.environmentFile, OWN_VARIABLES),
      ...(repository !== undefined && { RESTIC_REPOSITORY: repository }),
      ...(secrets.passwordFile !== undefined && { RESTIC_PASSWORD_FILE: secrets.passwordFile }),
      ...(secrets.passwordCommand !== undefined && { RESTIC_PASSWORD_COMMAND: secrets.passwordCommand }),
      RESTIC_CACHE_DIR: cacheDir,
      RESTIC_PROGRESS_FPS: '0.01',
      GOGC: '30',
    });

    return {
      where: withoutSecrets(repository ?? secrets.environmentFile ?? ''),
      async list({ runTool, cacheDir }: ListingKit): Promise<PlaceListing> {
        requireReadable(secrets.passwordFile);
        const run = async (args: readonly string[]): Promise<string> => {
          const command = { program, args: [...args, '--json', '--no-lock'], environment: environment(cacheDir) };
          const result = await runTool(command);
          const fault = faultOfRun(restic, result);
          if (fault !== null) throw fault;
          return result.stdout;
        };
        const listing = restic.readListing(await run(['snapshots', ...filters]));
        const newest = listing.points.at(-1);
        if (!isSized || newest === undefined || newest.sizeBytes !== null) return { ...listing, sizeBytes: null };
        if (!/^[0-9a-f]{8,64}$/.test(newest.id))
          throw new SourceError('unknown_version', 'restic names a snapshot oddly.');
        const sizeBytes = readRestoreSize(await run(['stats', newest.id]));
        return { ...listing, points: [...listing.points.slice(0, -1), { ...newest, sizeBytes }], sizeBytes: null };
      },
    };
  },
};

/** In one argument, so that no value is taken for an option. */
function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}
