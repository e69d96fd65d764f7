import { parseSaid } from '../../../protocol/said/read.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { DeliveryRepository, ReceiverQueue } from '../../platform/store/repo/delivery.ts';
import type { Row } from '../../platform/store/tables.ts';

const WORRY_AFTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

/** What stands in the way of telling people: receivers that have failed for long, and messages given up within a day. */
export async function troubleOf(
  receivers: readonly Row<'receiver'>[],
  queues: readonly ReceiverQueue[],
  deliveries: Pick<DeliveryRepository, 'givenUpSince'>,
  at: number,
): Promise<Said | null> {
  const names = new Map(receivers.map(({ id, name }) => [id, name]));
  const stuck = queues.filter(({ failing_since: since }) => since !== null && at - since > WORRY_AFTER_MS);
  const lost = await deliveries.givenUpSince(at - DAY_MS);
  const parts = [
    ...stuck.map(({ receiver_id: id, last_error_json: json }) => {
      return said('server.receiver-stuck', {
        receiver: names.get(id) ?? id,
        why: json === null ? null : parseSaid(json),
      });
    }),
    ...lost.flatMap(({ receiver_id: id, count }) => {
      const receiver = names.get(id);
      return receiver === undefined ? [] : [said('server.messages-lost', { receiver, count })];
    }),
  ];
  return parts.length === 0 ? null : said('server.telling', { parts });
}
