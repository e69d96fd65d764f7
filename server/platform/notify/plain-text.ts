import { closeIsolates } from '../../../protocol/bidi.ts';
import { listed, type Message } from './message.ts';

/** How a medium measures a text, and how much it takes. */
export interface Room {
  readonly size: (text: string) => number;
  readonly max: number;
}

/** One entry may not take the place of all others. */
const MAX_SHARE_OF_ENTRY = 1 / 4;
const GAP = '\n\n';

/** The message as plain text, without its title. */
export function plainText(message: Message): string {
  const { sentence, facts, link } = message;
  const list = listed(message).map((entry) => `- ${entry}`);
  const lines = facts.map(({ label, value }) => `${label}: ${value}`);
  return [sentence, lines.join('\n'), list.join('\n'), link ?? ''].filter((part) => part !== '').join(GAP);
}

/**
 * The message as plain text in a room of limited size: as many entries as fit, how many more there are, and the link, which is
 * never cut. What stands before the entries is cut only if it would leave the link no place.
 */
export function fittedText(message: Message, room: Room): string {
  const whole = plainText(message);
  if (room.size(whole) <= room.max) return whole;
  const end = message.link === null ? '' : `${GAP}${message.link}`;
  const total = message.lines.length + message.more;
  const left = room.max - room.size(end);
  if (left <= 0) return fitted(message.link ?? '', room);
  const reserved = total > 0 ? room.size(`${GAP}- and ${total} more`) : 0;
  const head = fitted(plainText({ ...message, lines: [], more: 0, link: null }), { ...room, max: left - reserved });
  const lines = entriesFor(message.lines, { ...room, max: left - reserved - room.size(head) });
  const text = plainText({ ...message, sentence: head, facts: [], lines, more: total - lines.length, link: null });
  return `${fitted(text, { ...room, max: left })}${end}`;
}

/** The first entries that fit with their marks and breaks. */
function entriesFor(entries: readonly string[], room: Room): string[] {
  const taken: string[] = [];
  let left = room.max - room.size(GAP);
  for (const entry of entries) {
    const short = fitted(entry, { ...room, max: Math.floor(room.max * MAX_SHARE_OF_ENTRY) });
    left -= room.size(`- ${short}\n`);
    if (left < 0) break;
    taken.push(short);
  }
  return taken;
}

/** The beginning of a text that fits, with a mark where it was cut; no character is cut in two. */
export function fitted(text: string, { size, max }: Room): string {
  if (size(text) <= max) return text;
  const characters = [...text];
  let [fits, tooMany] = [0, characters.length];
  const cut = (length: number): string => closeIsolates(`${characters.slice(0, length).join('')}…`);
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (size(cut(middle)) <= max) fits = middle;
    else tooMany = middle;
  }
  return size(cut(fits)) <= max ? cut(fits) : '';
}
