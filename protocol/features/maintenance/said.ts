import { part } from '../../said/part.ts';

/** Planned work. */
export const maintenanceSaid = part(
  {
    'maintenance.not-back': { device: 'name', endedAt: 'instant', afterMs: 'duration', lastAt: 'instant?' },
    'maintenance.back': { device: 'name', at: 'instant' },
    'maintenance.another': {},
    'maintenance.still-open': { headline: 'said' },
    'maintenance.resolved-meanwhile': {},
    'maintenance.as-before': { isWorse: 'flag' },
  },
  {
    en: {
      'maintenance.not-back': (p) =>
        `${p.device} did not come back from maintenance: it ended at ${p.endedAt}, and ${p.afterMs} later ${p.lastAt === null ? 'it has never reported' : `its last report is of ${p.lastAt}`}.`,
      'maintenance.back': (p) => `${p.device} is back from maintenance: it reported at ${p.at}.`,
      'maintenance.another': 'Another maintenance window goes on',
      'maintenance.still-open': (p) => `Maintenance ended and it is still open: ${p.headline}`,
      'maintenance.resolved-meanwhile': 'Maintenance ended; it was resolved meanwhile',
      'maintenance.as-before': (p) => `Maintenance ended; it is open as before${p.isWorse ? ', and worse' : ''}`,
    },
  },
);
