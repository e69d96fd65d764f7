import type { RecoveryRun } from '../../../../protocol/api/recovery-point.ts';
import { iso } from '../../../domain/iso.ts';
import type { RunRow } from '../../../platform/store/repo/recovery-run.ts';

export function runView(row: RunRow): RecoveryRun {
  return {
    id: row.id,
    name: row.name,
    startedAt: row.started_at === null ? null : iso(row.started_at),
    endedAt: row.ended_at === null ? null : iso(row.ended_at),
    outcome: row.outcome,
    exitCode: row.exit_code,
    sizeBytes: row.size_bytes,
    toldBy: row.told_by,
    pointId: row.point_id,
  };
}
