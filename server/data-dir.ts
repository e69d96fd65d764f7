/** The data folder, held by this process alone until `release`. */
export interface DataDir {
  /** Absolute. */
  readonly path: string;
  /** An address for a Unix socket inside the folder, short enough to listen on. */
  readonly socketPath: string;
  release(): void;
}

/**
 * Makes the folder (0700) if there is none and locks it. The lock dies with the process, also by kill -9.
 * @throws VigiaError data_dir_unwritable, data_dir_in_use
 */
export declare function openDataDir(path: string): Promise<DataDir>;
