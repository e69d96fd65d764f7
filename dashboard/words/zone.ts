const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  clocks.set(timeZone, made);
  return made;
}

/** The wall clock of a zone, read as if it were UTC. */
function wallMs(timeZone: string, atMs: number): number {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The date that a calendar on the wall shows there, as `YYYY-MM-DD`. */
export function dateIn(timeZone: string, atMs: number): string {
  return new Date(wallMs(timeZone, atMs)).toISOString().slice(0, 10);
}

/** The first instant of a date there. Where the clocks skip midnight, the day begins later. */
export function startOfDateIn(timeZone: string, date: string): number {
  const wantedMs = Date.parse(`${date}T00:00:00Z`);
  const offsetMs = (atMs: number) => wallMs(timeZone, atMs) - Math.floor(atMs / 1000) * 1000;
  const candidates = [wantedMs - offsetMs(wantedMs - 86_400_000), wantedMs - offsetMs(wantedMs + 86_400_000)];
  const within = candidates.filter((atMs) => wallMs(timeZone, atMs) >= wantedMs);
  return Math.min(...(within.length > 0 ? within : candidates));
}

/** Calendar arithmetic on dates, without any clock. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 1 (Monday) to 7 (Sunday). */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}

/** Every zone the browser knows, and UTC. */
export function knownZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}
