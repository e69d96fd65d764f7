import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { refused } from '../../../protocol/said/refused.ts';
import { type ParamsOf, type Said, said } from '../../../protocol/said/said.ts';

/** What TypeBox says of a value that does not fit. */
interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

type Place = ParamsOf<'refused.field.missing'>['place'];
type Rule = ParamsOf<'refused.field.rule'>['rule'];

/** Validates with TypeBox. Queries and paths are text and are converted to what the schema says; bodies are not. */
export const compileValidator: FastifySchemaCompiler<TSchema> = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  const place = route.httpPart === 'querystring' ? 'query' : 'field';
  return (value: unknown) => {
    const result = validate(value) as { value: unknown } | { error: Fault[] };
    if (!('error' in result)) return result;
    return { error: refused('validation_failed', faultOf(result.error, place, value)) };
  };
};

/** The first fault, naming the field as the caller wrote it. */
export function faultOf(faults: readonly Fault[], place: Place, value: unknown): Said {
  // Of a union every branch complains; the complaint that sits deepest is the one about the actual field.
  const fault = faults.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? faults[0];
  if (fault === undefined) return said('refused.field.unfit');
  const params = fault.params as Readonly<Record<string, unknown>>;
  const missing = params.requiredProperties;
  if (Array.isArray(missing)) {
    return said('refused.field.missing', { place, field: pathOf(fault.instancePath, missing[0]) });
  }
  const unknown = params.additionalProperties;
  if (Array.isArray(unknown)) {
    return said('refused.field.unknown', { place, field: pathOf(fault.instancePath, unknown[0]) });
  }
  if (fault.instancePath === '') return said('refused.field.no-object');
  return broken(fault, { place, field: pathOf(fault.instancePath) }, valueAt(value, fault.instancePath));
}

const comparisons = ['<=', '<', '>=', '>'] as const;
const rules = new Set<string>(['anyOf', 'boolean', 'const', 'contains', 'not', 'oneOf', 'uniqueItems']);

function broken({ keyword, params: all }: Fault, at: { place: Place; field: string }, value: unknown): Said {
  const params = all as Readonly<Record<string, unknown>>;
  if (Array.isArray(params.allowedValues)) {
    return said('refused.field.choice', { ...at, choices: params.allowedValues.map(String) });
  }
  if (keyword === 'pattern') return said('refused.field.line', at);
  if (keyword === 'format') return said('refused.field.format', { ...at, format: String(params.format) });
  if (keyword === 'type')
    return said('refused.field.type', { ...at, types: [params.type].flat().map(String), got: typeOf(value) });
  const comparison = comparisons.find((one) => one === params.comparison);
  const got = typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (comparison && typeof params.limit === 'number') {
    return said('refused.field.bound', { ...at, comparison, bound: params.limit, got });
  }
  if (typeof params.multipleOf === 'number') return said('refused.field.step', { ...at, step: params.multipleOf, got });
  const [, side, of] = /^(max|min)(Length|Items|Properties)$/.exec(keyword) ?? [];
  if (side !== undefined && typeof params.limit === 'number') {
    const bound = side === 'max' ? 'most' : 'least';
    const counted = of === 'Length' ? 'characters' : of === 'Items' ? 'items' : 'properties';
    return said('refused.field.length', { ...at, bound, of: counted, limit: params.limit, got: lengthOf(value) });
  }
  return said('refused.field.rule', { ...at, rule: rules.has(keyword) ? (keyword as Rule) : 'other' });
}

function pathOf(instancePath: string, name?: unknown): string {
  const path = [...instancePath.split('/').slice(1), ...(name === undefined ? [] : [String(name)])].join('.');
  return path.slice(0, 64);
}

/** What lies at a JSON pointer; undefined where nothing does. */
function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
          ? (inner as Readonly<Record<string, unknown>>)[step]
          : undefined,
      value,
    );
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function lengthOf(value: unknown): number | null {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : null;
}
