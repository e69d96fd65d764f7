/** What judges note of a device until the server stops. Instants in ms. Only the functions of this file write it. */
export interface DeviceNotes {
  /** When others were asked about it last, and when it was asked about another. */
  readonly askedAt: number | null;
  readonly probedAt: number;
  /** When neighbours last tried to reach it while it was well. */
  readonly rehearsedAt: number;
  /** When another machine last tried to be this one. */
  readonly clonedAt: number | null;
  /** A maintenance window covers it now. */
  readonly inMaintenance: boolean;
}

type Own = { -readonly [Field in keyof DeviceNotes]: DeviceNotes[Field] };

export function freshNotes(): DeviceNotes {
  return {
    askedAt: null,
    probedAt: Number.NEGATIVE_INFINITY,
    rehearsedAt: Number.NEGATIVE_INFINITY,
    clonedAt: null,
    inMaintenance: false,
  };
}

/** Writes one of them. */
export function note<Field extends keyof DeviceNotes>(
  notes: DeviceNotes,
  field: Field,
  value: DeviceNotes[Field],
): void {
  const own: Own = notes;
  own[field] = value;
}

/** The server's clock was set by `sizeMs`. */
export function redateNotes(notes: DeviceNotes, sizeMs: number): void {
  const own: Own = notes;
  if (own.askedAt !== null) own.askedAt += sizeMs;
  if (own.clonedAt !== null) own.clonedAt += sizeMs;
  own.probedAt += sizeMs;
  own.rehearsedAt += sizeMs;
}
