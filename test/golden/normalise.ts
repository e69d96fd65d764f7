/**
 * What differs between two recordings of the same server, and is therefore not on the tape. Time, chance and order are not
 * here: they are under control (world.ts). Each entry says why it is here.
 */

interface Rule {
  readonly why: string;
  readonly pattern: RegExp;
  /** Numbered by first appearance in their section, unless it ends in no number. */
  readonly label: string;
  readonly isNumbered: boolean;
}

const rules: readonly Rule[] = [
  {
    why: 'Keys, tokens and links are drawn one after the other: one more drawing anywhere would change all that follow.',
    pattern: /\bvig1_[\w-]{66}|\bvigk_[\w-]{43}|(?<=[#=/])[\w-]{43}(?![\w-])/g,
    label: 'secret',
    isNumbered: true,
  },
  {
    why: 'Signatures are over what was drawn. Those who get them check them (machine.ts, receivers.ts).',
    pattern: /(?<=")[\w-]{86}(?=")/g,
    label: 'signature',
    isNumbered: true,
  },
  {
    why: 'Hashes of such secrets, of keys and of ids: links of the audit chain, message ids, signatures.',
    pattern: /\b[0-9a-f]{64}\b|\b[0-9a-f]{40}(?=@)/g,
    label: 'hash',
    isNumbered: true,
  },
  {
    why: 'Bytes in the database are hashes, keys and what is sealed.',
    pattern: /(?<="\d+ bytes )[0-9a-f]+/g,
    label: 'bytes',
    isNumbered: true,
  },
  {
    why: 'The beginning of the hash of a secret link names it in the audit log.',
    pattern: /(?<="linkId\\?":\\?")[0-9a-f]{16}/g,
    label: 'link',
    isNumbered: true,
  },
  {
    why: 'A hash of a password has its own salt.',
    pattern: /\$argon2[^"\\]+|(?<="password_hash":")[^"]+/g,
    label: 'password hash',
    isNumbered: false,
  },
  {
    why: 'The system gives away ports as it likes.',
    pattern: /(?<=127\.0\.0\.1:)\d{2,5}/g,
    label: 'port',
    isNumbered: false,
  },
  {
    why: 'A mail of two parts separates them by what it draws.',
    pattern: /(?<=_NmP-)[0-9a-f]+/g,
    label: 'boundary',
    isNumbered: false,
  },
];

const uuid = /\b[0-9a-f]{8}-7a9e-4000-8000-000000000000\b/g;

/**
 * Ids are named by the table in which they are and their place in it: a row that is added renames its successors in the same
 * table, and nothing else.
 */
export class Normaliser {
  readonly #names = new Map<string, string>();

  /** @param ids ids of all rows, by table, in the order in which they were made */
  constructor(ids: ReadonlyMap<string, readonly string[]>) {
    for (const [table, list] of ids)
      for (const [index, id] of list.entries()) this.#names.set(id, `${table}:${index + 1}`);
  }

  /** What normalises the lines of one section. */
  section(): (line: string) => string {
    const seen = new Map<string, string>();
    const counts = new Map<string, number>();
    const numbered = (label: string, found: string): string => {
      const known = seen.get(`${label} ${found}`);
      if (known !== undefined) return known;
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      const name = `<${label} ${count}>`;
      seen.set(`${label} ${found}`, name);
      return name;
    };
    return (line) => {
      let text = line.replace(uuid, (id) => this.#names.get(id) ?? numbered('id', id));
      for (const { pattern, label, isNumbered } of rules)
        text = text.replace(pattern, (found) => (isNumbered ? numbered(label, found) : `<${label}>`));
      return text;
    };
  }
}
