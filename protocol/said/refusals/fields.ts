import { part } from '../part.ts';

/** Where a field of a request is. */
const places = ['query', 'field', 'value'] as const;
const placeWords = { query: 'query parameter', field: 'field', value: 'value' };

/** What a schema asks for that has no bound. */
const rules = ['anyOf', 'boolean', 'const', 'contains', 'not', 'oneOf', 'uniqueItems', 'other'] as const;
const ruleWords = {
  anyOf: 'must match a schema in anyOf',
  boolean: 'schema is false',
  const: 'must be equal to constant',
  contains: 'must contain at least 1 valid item',
  not: 'must not be valid',
  oneOf: 'must match exactly one schema in oneOf',
  uniqueItems: 'must not have duplicate items',
  other: 'is wrong',
};

/** What makes a part of a sentence about `"a.b"`. */
const the = (p: { readonly place: (typeof places)[number]; readonly field: string }): string =>
  `The ${placeWords[p.place]} "${p.field}"`;

/** What is wrong with a field of a request. What was got is a figure or a type, never what somebody typed: that may be a password. */
export const fieldsSaid = part(
  {
    'refused.field.unfit': {},
    'refused.field.no-object': {},
    'refused.field.missing': { place: places, field: 'name' },
    'refused.field.unknown': { place: places, field: 'name' },
    'refused.field.choice': { place: places, field: 'name', choices: 'names' },
    'refused.field.line': { place: places, field: 'name' },
    'refused.field.format': { place: places, field: 'name', format: 'name' },
    'refused.field.type': { place: places, field: 'name', types: 'names', got: 'name' },
    'refused.field.bound': {
      place: places,
      field: 'name',
      comparison: ['<=', '<', '>=', '>'],
      bound: 'exact',
      got: 'exact?',
    },
    'refused.field.step': { place: places, field: 'name', step: 'exact', got: 'exact?' },
    'refused.field.length': {
      place: places,
      field: 'name',
      bound: ['most', 'least'],
      of: ['characters', 'items', 'properties'],
      limit: 'exact',
      got: 'exact?',
    },
    'refused.field.rule': { place: places, field: 'name', rule: rules },
    'refused.remote.placeholder': { found: 'text', allowed: 'names' },
    'refused.remote.spaces': {},
    'refused.remote.https': {},
    'refused.remote.host': {},
    'refused.remote.user': {},
  },
  {
    en: {
      'refused.field.unfit': 'The request does not fit its schema.',
      'refused.field.no-object': 'Send a JSON object as the body of the request.',
      'refused.field.missing': (p) => `${the(p)} is missing.`,
      'refused.field.unknown': (p) => `${the(p)} is not known here.`,
      'refused.field.choice': (p) => `${the(p)} must be one of ${p.choices.join(', ')}.`,
      'refused.field.line': (p) => `${the(p)} must be one line of text, without control characters.`,
      'refused.field.format': (p) => `${the(p)} must be a valid ${p.format}.`,
      'refused.field.type': (p) => `${the(p)} must be ${p.types.length > 1 ? 'either ' : ''}${p.types.join(' or ')}.`,
      'refused.field.bound': (p) => `${the(p)} must be ${p.comparison} ${p.bound}.`,
      'refused.field.step': (p) => `${the(p)} must be multiple of ${p.step}.`,
      'refused.field.length': (p) =>
        `${the(p)} must not have ${p.bound === 'most' ? 'more' : 'fewer'} than ${p.limit} ${p.of}.`,
      'refused.field.rule': (p) => `${the(p)} ${ruleWords[p.rule]}.`,
      'refused.remote.placeholder': (p) => `The address holds "${p.found}". It may hold ${p.allowed.join(', ')}.`,
      'refused.remote.spaces': 'The address must hold neither spaces nor backslashes.',
      'refused.remote.https': 'The address must start with https:// and name a host.',
      'refused.remote.host': 'Placeholders may stand after the host of the address only.',
      'refused.remote.user': 'The address must not hold a user name or password.',
    },
  },
);
