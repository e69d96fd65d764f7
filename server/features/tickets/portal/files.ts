import { readFile } from 'node:fs/promises';

/** The three files of the public page, as they lie beside this one. */
const files = ['report.html', 'report.css', 'report.js'] as const;
const read = new Map<string, Promise<string>>();

export function pageFile(name: (typeof files)[number]): Promise<string> {
  let text = read.get(name);
  if (text === undefined) {
    text = readFile(new URL(name, import.meta.url), 'utf8');
    read.set(name, text);
  }
  return text;
}
