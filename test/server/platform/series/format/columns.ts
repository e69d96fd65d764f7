import { Bits, Bytes } from './bytes.ts';

/** "Columns" of FORMAT.md. A gap is null. */
export type Column = readonly (number | null)[];

const unfold = (told: number): number => (told % 2 === 0 ? told / 2 : -(told + 1) / 2);

export function readColumn(told: Uint8Array, rows: number): Column {
  if (told.length === 0) return new Array<number>(rows).fill(0);
  const bytes = new Bytes(told);
  const head = bytes.byte();
  const coding = head & 7;
  if (coding === 0) return new Array<null>(rows).fill(null);
  const isThere = readGaps(bytes, (head >> 3) & 3, rows);
  const count = isThere.filter(Boolean).length;
  const values = coding === 1 ? Array.from({ length: count }, () => bytes.double()) : readIntegers(bytes, head, count);
  if (!bytes.isAtEnd) throw new RangeError('a column has bytes left over');
  let next = 0;
  return isThere.map((is) => (is ? (values[next++] ?? null) : null));
}

function readGaps(bytes: Bytes, form: number, rows: number): boolean[] {
  if (form === 0) return new Array<boolean>(rows).fill(true);
  const isThere: boolean[] = [];
  if (form === 1) {
    for (let is = true; isThere.length < rows; is = !is) {
      for (let left = bytes.varint(); left > 0; left -= 1) isThere.push(is);
    }
  } else {
    const bits = new Bits(bytes);
    while (isThere.length < rows) isThere.push(bits.one() === 1);
  }
  return isThere;
}

function readIntegers(bytes: Bytes, head: number, count: number): number[] {
  const decimals = head & 0x80 ? bytes.byte() : 0;
  const { divisor, offset } = head & 0x40 ? readUnit(bytes) : { divisor: 1, offset: 0 };
  const size = bytes.varint();
  const lead = head & 0x20 ? -size : size;
  const value = (integer: number) => (integer * divisor + offset) / 10 ** decimals;
  return integersOf(bytes, head & 7, lead, count).map(value);
}

function readUnit(bytes: Bytes): { divisor: number; offset: number } {
  const byte = bytes.byte();
  const factor = byte & 0x40 ? bytes.varint() : 1;
  return { divisor: 2 ** (byte & 63) * factor, offset: byte & 0x80 ? bytes.zigzag() : 0 };
}

function integersOf(bytes: Bytes, coding: number, lead: number, count: number): number[] {
  if (coding === 2) return new Array<number>(count).fill(lead);
  if (coding === 3) return readNumbers(bytes, count).map((number) => number + lead);
  if (coding === 4) {
    const base = bytes.zigzag();
    const steps = readNumbers(bytes, count - 1);
    const integers = [lead];
    for (const step of steps) integers.push((integers.at(-1) ?? 0) + step + base);
    return integers;
  }
  const changes = bytes.varint();
  const low = bytes.byte();
  const base = bytes.zigzag();
  const form = readForm(bytes);
  const bits = new Bits(bytes);
  const lows = Array.from({ length: changes }, () => bits.number(low));
  const still = lows.map((rest) => bits.zerosBeforeOne() * 2 ** low + rest);
  const numbers = numbersOf(bytes, bits, form, changes);
  const integers = [lead];
  for (const [index, number] of numbers.entries()) {
    const before = integers.at(-1) ?? 0;
    for (let left = still[index] ?? 0; left > 0; left -= 1) integers.push(before);
    integers.push((coding === 5 ? before : lead) + number + base);
  }
  while (integers.length < count) integers.push(integers.at(-1) ?? 0);
  return integers;
}

interface Form {
  readonly form: number;
  readonly low: number;
  readonly radix: number;
  readonly hasEscapes: boolean;
}

function readForm(bytes: Bytes): Form {
  const byte = bytes.byte();
  const digits = byte >> 6 === 1 ? bytes.byte() : 0;
  return { form: byte >> 6, low: byte & 63, radix: digits & 127, hasEscapes: digits > 127 };
}

function readNumbers(bytes: Bytes, count: number): number[] {
  const form = readForm(bytes);
  return numbersOf(bytes, new Bits(bytes), form, count);
}

function numbersOf(bytes: Bytes, bits: Bits, { form, low, radix, hasEscapes }: Form, count: number): number[] {
  const lows = Array.from({ length: count }, () => bits.number(low));
  if (form === 0) return lows;
  const highs = form === 1 ? readDigits(bits, radix, count) : lows.map(() => bits.zerosBeforeOne());
  const whole = highs.map((high) => (hasEscapes && high === radix - 1 ? high + bytes.zigzag() : high));
  const numbers = whole.map((high, index) => high * 2 ** low + (lows[index] ?? 0));
  return form === 3 ? numbers.map(unfold) : numbers;
}

/** Bits that the largest word of so many digits needs. */
const bitsOfWord = (radix: number, digits: number): number => (BigInt(radix) ** BigInt(digits) - 1n).toString(2).length;

function digitsOfWord(radix: number): number {
  const fitting = Array.from({ length: 24 }, (_, index) => index + 1).filter((n) => bitsOfWord(radix, n) <= 24);
  const each = (digits: number) => bitsOfWord(radix, digits) / digits;
  return fitting.reduce((best, digits) => (each(digits) < each(best) ? digits : best), 1);
}

function readDigits(bits: Bits, radix: number, count: number): number[] {
  const most = digitsOfWord(radix);
  const digits: number[] = [];
  while (digits.length < count) {
    const held = Math.min(most, count - digits.length);
    let word = bits.number(bitsOfWord(radix, held));
    for (let left = held; left > 0; left -= 1) {
      digits.push(word % radix);
      word = Math.floor(word / radix);
    }
  }
  return digits;
}
