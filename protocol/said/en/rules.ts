import type { ruleFacts } from '../facts/rules.ts';
import type { WordsFor } from '../word.ts';
import { shared } from './parts.ts';

const certainties = { sure: 'sure', fairly_sure: 'fairly sure', unsure: 'unsure' };

export const ruleWords: WordsFor<typeof ruleFacts> = {
  'disk.space': (p, w) =>
    `${p.mountpoint} has ${p.availableBytes} left of ${p.sizeBytes} (${p.freeRatio} free, below ${p.belowBytes} for ${p.forMs})${shared(p.sharers, w)}`,
  'disk.space.over': (p) => `${p.mountpoint} has enough space again`,
  'disk.inodes': (p, w) =>
    `${p.mountpoint} has ${p.free} of ${p.all} inodes left (${p.freeRatio}): new files will soon fail although space is free${shared(p.sharers, w)}`,
  'disk.inodes.over': (p) => `${p.mountpoint} has enough inodes again`,
  'disk.read-only': (p) =>
    `${p.mountpoint} is read-only: nothing can be written to it, ${p.hasErrors ? 'and the system has noted errors of this file system' : 'often after a disk error'}`,
  'disk.read-only.over': (p) => `${p.mountpoint} can be written again`,
  'disk.unreadable': (p, w) =>
    `${p.mountpoint} cannot be read: it has not answered, or only with an error, for ${p.forMs}. What uses it hangs or fails${shared(p.sharers, w)}`,
  'disk.unreadable.over': (p) => `${p.mountpoint} answers again`,
  'disk.unmounted': (p) =>
    `${p.mountpoint} is no longer mounted, after ${p.afterMs}: what is written there fails or fills the disk below it`,
  'disk.unmounted.over': (p) =>
    p.how === 'mounted'
      ? `${p.mountpoint} is mounted again`
      : `${p.mountpoint} is no longer mounted, and no longer expected to be`,
  'disk.shares-space': (p) => `${p.mountpoint} shares its space with ${p.teller}, with which it is told from now on`,
  'disk.shares-pool': (p) => `${p.mountpoint} is of one pool with ${p.teller}, with which it is told from now on`,
  'disk.full-at': (p, w) => {
    const evidence =
      p.basis === 'hours'
        ? `${w.plural(p.measured, { one: '# measurement', other: '# measurements' })} over ${p.spanMs}`
        : `the fullest moments of ${w.plural(p.measured, { one: '# day', other: '# days' })}, which end lower each day`;
    const when = p.fullAt.isPast
      ? `should have been full on ${p.fullAt.at}`
      : `will be full on ${p.fullAt.at}, in ${p.fullAt.span}`;
    return `${p.mountpoint} ${when}: it fills at ${p.bytesPerHour} an hour and has ${p.availableBytes} left (${certainties[p.certainty]}, by ${evidence})${shared(p.sharers, w)}`;
  },
  'disk.no-date': (p, w) => {
    const speed = `${p.bytesPerHour} an hour`;
    const reasons: Record<typeof p.why, () => string> = {
      sparse: () =>
        `: too little is known to say when it is full, ${w.plural(p.measured, { one: '# measurement', other: '# measurements' })} in the last 6 h`,
      steady: () => ` is not about to be full: its free space hardly fell, or grew, over ${p.spanMs}`,
      far: () => ` fills at ${speed}, too slowly or not long enough to name a date within 4 days`,
      stopped: () =>
        ` filled at ${speed} in a part of the last ${p.spanMs}, not all the time: it may have begun or stopped just now`,
      uneven: () =>
        ` moves too unevenly for a date: ${speed} over ${p.spanMs}, of quality ${p.quality} where 0.4 is needed`,
      young: () => ` fills at ${speed}, but has been watched for less than a day: it may be its daily rhythm`,
      rhythm: () =>
        p.nextReset === null
          ? ` fills at ${speed}, but it was as full before and was emptied: quiet until less than ${p.earlierLowBytes} are left`
          : ` fills at ${speed}, but by its rhythm it is emptied before it is full, at the latest on ${p.nextReset}`,
    };
    return `${p.mountpoint}${reasons[p.why]()}${shared(p.sharers, w)}`;
  },
  'disk.forecast.over': (p) => `No longer about to be full. ${p.outlook}`,
  'disk.night': (p, w) =>
    `${p.mountpoint} has ${p.availableBytes} left of ${p.sizeBytes}, less than the ${p.growthBytes} that the night of ${p.night} took: another one like it fills it${shared(p.sharers, w)}`,
  'disk.night.over': (p) =>
    `${p.mountpoint} has ${p.availableBytes} left of ${p.sizeBytes}, more than any of the last nights took`,
  'cpu.busy': (p) =>
    `CPU is ${p.busyRatio} busy, at least ${p.atLeastRatio} for ${p.forMs}${p.busiest.length > 0 ? `; busiest: ${p.busiest.join(', ')}` : ''}`,
  'process.busy': (p) => `${p.process} ${p.busyRatio}`,
  'cpu.busy.over': 'The CPU is no longer saturated',
  'memory.exhausted': (p) =>
    `${p.availableBytes} of ${p.sizeBytes} memory is available and the machine is swapping, for ${p.forMs}${p.largest.length > 0 ? `; largest: ${p.largest.join(', ')}` : ''}`,
  'memory.exhausted.over': 'Enough memory is available again, or the machine no longer swaps',
  'reboot.unexpected': (p) =>
    `The machine restarted at ${p.at} without being told to: a crash, a power cut or a hard reset`,
  'reboot.unexpected.over': 'No further unexpected restart for a day',
  'clock.skew': (p) =>
    `The clock is ${p.offMs} ${p.side === 'ahead' ? 'ahead of' : 'behind'} the server's (more than ${p.aboveMs})`,
  'clock.skew.over': 'The clock is right again',
  'not-reported': (p) => `${p.object} is no longer reported by the machine`,
  retired: (p) => `${p.device} was retired`,
  over: (p) => `${p.rule} is over`,
};
