/** The JSON object in the text, or an empty one if there is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // What is no JSON has none of the fields that callers look for.
    return {};
  }
}
