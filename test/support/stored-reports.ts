import { type KeptReport, walkKeptReports } from './kept-reports.ts';

export type { KeptReport };

/** Every report in a series database by device, repeats included, oldest first; see {@link walkKeptReports}. */
export function storedReports(path: string): Map<string, KeptReport[]> {
  const found = new Map<string, KeptReport[]>();
  walkKeptReports(path, (report) => {
    const reports = found.get(report.deviceId) ?? [];
    found.set(report.deviceId, reports);
    reports.push(report);
  });
  for (const reports of found.values()) reports.sort((a, b) => a.at - b.at);
  return found;
}
