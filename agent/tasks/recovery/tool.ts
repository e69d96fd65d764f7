export interface ToolCommand {
  /** Its name on the machine's PATH, or an absolute path. */
  readonly program: string;
  /** Everybody may see these in the list of processes: no secrets. */
  readonly args: readonly string[];
  /** All that it has beside where programs are: also the names of files with secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ToolResult {
  /** Null: a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Its beginning and its end, if it is long. */
  readonly stderr: string;
}

/** Runs a tool to its end. @throws SourceError tool_missing, timeout, unreadable (it printed too much) */
export type RunTool = (command: ToolCommand) => Promise<ToolResult>;
