/** Where browsers look for a declaration (HTML, section 13.2.3.2). */
const PRESCAN_BYTES = 1024;
const FALLBACK = 'windows-1252';

/**
 * The character set of a page, as a label that TextDecoder takes: by its byte order mark, its header, its own declaration; where
 * nothing says, UTF-8 if it is that, or else what browsers of the west assume.
 */
export function charsetOf(bytes: Buffer, contentType: string): string {
  const marked = markOf(bytes);
  if (marked !== null) return marked;
  const declared = /;\s*charset\s*=\s*["']?\s*([^\s"';]+)/i.exec(contentType)?.[1];
  return known(declared) ?? known(ownDeclaration(bytes)) ?? (isUtf8(bytes) ? 'utf-8' : FALLBACK);
}

function markOf(bytes: Buffer): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

function ownDeclaration(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, PRESCAN_BYTES).replace(/<!--[\s\S]*?-->/g, '');
  const label =
    /<meta\s[^>]*?charset\s*=\s*["']?\s*([^\s"';/>]+)/i.exec(start)?.[1] ??
    /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']/i.exec(start)?.[1];
  // Whoever can read this declaration does not read sixteen bits at a time.
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label;
}

/** The label, if it is one of a character set. */
function known(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    // A name that nobody knows declares nothing.
    return undefined;
  }
}

/** Whether it is UTF-8, but for a character that the end may cut. */
function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // It is not, which is the question.
    return false;
  }
}
