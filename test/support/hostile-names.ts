/** Names with which the outside may reach what all objects share, or what a piece of code takes for something else. */
export const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
] as const;

/** The part of JSON Schema that the API's description uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly default?: unknown;
}

/** A document of this schema in which every text, and every free name of a property, is `name`. */
export function hostileDocument(schema: JsonSchema, name: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return hostileDocument(schema.anyOf[0] ?? {}, name);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return name;
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () => hostileDocument(schema.items ?? {}, name));
    case 'object':
      return hostileObject(schema, name);
    default:
      return name;
  }
}

function hostileObject({ properties = {}, patternProperties, additionalProperties }: JsonSchema, name: string): object {
  const known = Object.entries(properties).map(([key, each]) => [key, hostileDocument(each, name)] as const);
  const free =
    Object.values(patternProperties ?? {})[0] ?? (typeof additionalProperties === 'object' && additionalProperties);
  // An own property, as JSON.parse makes it.
  return Object.fromEntries(free ? [...known, [name, hostileDocument(free, name)]] : known);
}

/** How many texts and free names a document of this schema has: of one without any, nothing is tried. */
export function countTexts(schema: JsonSchema): number {
  return JSON.stringify(hostileDocument(schema, '\u0001')).split('\\u0001').length - 1;
}
