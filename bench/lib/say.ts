/** Tells the person who waits; the last line of standard output is for machines. */
export function say(text: string): void {
  console.error(text);
}
