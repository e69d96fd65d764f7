const DIGEST_HOUR = 8;
/** A digest that is about to be sent takes no more entries. */
const CLOSED_BEFORE_MS = 60_000;

/** The next morning at 08:00 on the clocks of the zone, in ms. */
export function nextDigestAt(now: number, timeZone: string): number {
  const from = Temporal.Instant.fromEpochMilliseconds(now + CLOSED_BEFORE_MS).toZonedDateTimeISO(timeZone);
  const onDay = (day: Temporal.PlainDate): number =>
    day.toZonedDateTime({ timeZone, plainTime: { hour: DIGEST_HOUR } }).epochMilliseconds;
  const today = onDay(from.toPlainDate());
  return today > from.epochMilliseconds ? today : onDay(from.toPlainDate().add({ days: 1 }));
}
