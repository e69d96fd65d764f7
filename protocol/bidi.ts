/**
 * Text of others, made harmless for those who read it (UAX #9; CVE-2021-42574, "Trojan Source"). What is stored stays as it
 * was sent: these functions stand where text is shown.
 *
 * - A control that reorders or hides what stands around it is written out, as `[U+202E]`. Isolates that are paired within their
 *   line act on nothing outside and stay, as do the marks that people write with (LRM, RLM, ALM).
 * - What is invisible makes two names look the same, and is written out too; joiners, zero-width spaces and variation
 *   selectors stay after an emoji or a letter of a script that is written with them.
 * - A name with letters that run from right to left stands in an isolate, so that it does not take the numbers and
 *   punctuation of the sentence along.
 */

const LRI = '\u2066';
const FSI = '\u2068';
const PDI = '\u2069';

/** What is invisible, or acts on the text around it: each is looked at. */
const suspect = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/gu;
const isSuspect = new RegExp(suspect.source, 'u');

/** Line ends and tabs, the marks that people write with, and isolates, which are looked at by line. */
const kept = /[\t\n\u061C\u200E\u200F\u2066-\u2069]/;
const joiner = /[\u200B-\u200D]/;
const variation = /[\u180B-\u180D\u180F\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u;
const tag = /[\u{E0020}-\u{E007F}]/u;

const otherLetter = String.raw`(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{L}\p{M}*`;
const beforeJoiner = new RegExp(`(?:\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\uFE0F|${otherLetter})$`, 'u');
const beforeVariation = new RegExp(`(?:\\p{Emoji}|\\p{S}|${otherLetter})$`, 'u');
/** The black flag, which tags make the flag of a region. */
const beforeTag = /\u{1F3F4}[\u{E0020}-\u{E007F}]*$/u;
/** What stands before a character and may explain it, in UTF-16 units. */
const CONTEXT = 24;

/** JSON itself escapes the controls below. */
const inJson = /[\x7F-\x9F\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;

const isolate = /[\u2066-\u2069]/;
const rightToLeft = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * The text with its harmful controls written out: whatever stands before and after it is read as without it. Line breaks
 * stay. Idempotent; text without controls comes back as it is.
 * @example harmless('invoice\u202Efdp.exe') // 'invoice[U+202E]fdp.exe'
 */
export function harmless(text: string): string {
  if (!isSuspect.test(text)) return text;
  const shown: string[] = [];
  let before = '';
  let from = 0;
  const show = (part: string): void => {
    shown.push(part);
    before = (before + part.slice(-CONTEXT)).slice(-CONTEXT);
  };
  for (const { 0: character, index } of text.matchAll(suspect)) {
    show(text.slice(from, index));
    from = index + character.length;
    const isLineEnd = character === '\r' && text[from] === '\n';
    show(isLineEnd || kept.test(character) || isExplained(character, before) ? character : writtenOut(character));
  }
  show(text.slice(from));
  const whole = shown.join('');
  return isolate.test(whole) ? perLine(whole, writeOutUnpaired) : whole;
}

/**
 * The text as a part of a sentence: harmless, and each line that runs from right to left, or holds what does, in an isolate of
 * its own (FSI … PDI). Idempotent.
 */
export function isolated(text: string): string {
  const shown = harmless(text);
  if (!rightToLeft.test(shown)) return shown;
  return perLine(shown, (line) => (rightToLeft.test(outsideIsolates(line)) ? `${FSI}${line}${PDI}` : line));
}

/** Whether a harmless text runs from right to left somewhere outside its isolates. */
export function needsIsolation(text: string): boolean {
  return rightToLeft.test(text) && text.split('\n').some((line) => rightToLeft.test(outsideIsolates(line)));
}

/** The beginning of a harmless text, with the isolates closed that were cut open. */
export function closeIsolates(text: string): string {
  if (!isolate.test(text)) return text;
  return text + PDI.repeat(openAtEnd(text.slice(text.lastIndexOf('\n') + 1)));
}

/** JSON with its invisible characters as `\uXXXX`: the same document, and nothing in it reorders a line of a log. */
export function harmlessJson(json: string): string {
  return json.replace(inJson, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

function isExplained(character: string, before: string): boolean {
  if (joiner.test(character)) return beforeJoiner.test(before);
  if (variation.test(character)) return beforeVariation.test(before);
  return tag.test(character) && beforeTag.test(before);
}

function writtenOut(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}

function perLine(text: string, show: (line: string) => string): string {
  if (!text.includes('\n')) return show(text);
  return text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? `${show(line.slice(0, -1))}\r` : show(line)))
    .join('\n');
}

const opens = (character: string): boolean => character >= LRI && character <= FSI;

function writeOutUnpaired(line: string): string {
  const characters = [...line];
  const open: number[] = [];
  const unpaired = new Set<number>();
  for (const [index, character] of characters.entries()) {
    if (opens(character)) open.push(index);
    else if (character === PDI && open.pop() === undefined) unpaired.add(index);
  }
  for (const index of open) unpaired.add(index);
  if (unpaired.size === 0) return line;
  return characters.map((character, index) => (unpaired.has(index) ? writtenOut(character) : character)).join('');
}

function outsideIsolates(line: string): string {
  if (!isolate.test(line)) return line;
  let depth = 0;
  let outside = '';
  for (const character of line) {
    if (opens(character)) depth += 1;
    else if (character === PDI) depth -= 1;
    else if (depth === 0) outside += character;
  }
  return outside;
}

function openAtEnd(line: string): number {
  let depth = 0;
  for (const character of line) {
    if (opens(character)) depth += 1;
    else if (character === PDI && depth > 0) depth -= 1;
  }
  return depth;
}
