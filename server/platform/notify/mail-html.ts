import { listed, type Message } from './message.ts';

const entities = new Map<string, string>([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** The message as a page for mail programs: no picture, no style sheet, nothing that is fetched. */
export function mailHtml(message: Message): string {
  const { title, sentence, facts, link } = message;
  const rows = facts.map(
    ({ label, value }) => `<tr><td>${escapeHtml(label)}&nbsp;&nbsp;</td><td>${escapeHtml(value)}</td></tr>`,
  );
  const items = listed(message).map((line) => `<li>${escapeHtml(line)}</li>`);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body>`,
    `<p><strong>${escapeHtml(title)}</strong></p>`,
    `<p>${escapeHtml(sentence)}</p>`,
    rows.length > 0 ? `<table>${rows.join('')}</table>` : '',
    items.length > 0 ? `<ul>${items.join('')}</ul>` : '',
    link ? `<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>` : '',
    '</body></html>',
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities.get(character) ?? '');
}
