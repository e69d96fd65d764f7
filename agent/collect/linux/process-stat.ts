export interface ProcessStat {
  readonly pid: number;
  /** At most 15 bytes, as the process names itself; it may hold blanks and brackets. */
  readonly name: string;
  readonly parentPid: number;
  /** CPU time in user and kernel mode, its own. */
  readonly cpuTicks: number;
  /** Tells a process from a later one with the same pid. */
  readonly startTicks: number;
  readonly residentPages: number;
}

/** /proc/PID/stat (proc_pid_stat(5)), or undefined. The name ends at the *last* bracket: it may hold brackets itself. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // From field 3, the state, on.
  const fields = text.slice(close + 2).split(' ', 22);
  const field = (number: number) => Number(fields[number - 3]);
  const stat: ProcessStat = {
    pid: Number.parseInt(text, 10),
    name: text.slice(open + 1, close),
    parentPid: field(4),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
    residentPages: field(24),
  };
  const isWhole = Number.isFinite(stat.pid + stat.parentPid + stat.cpuTicks + stat.startTicks + stat.residentPages);
  return isWhole ? stat : undefined;
}
