import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { VigiaError } from '../../../protocol/error.ts';

/** What TypeBox says of a value that does not fit. */
interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message?: string;
}

/** Validates with TypeBox. Queries and paths are text and are converted to what the schema says; bodies are not. */
export const compileValidator: FastifySchemaCompiler<TSchema> = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  const where = route.httpPart === 'querystring' ? 'query parameter' : 'field';
  return (value: unknown) => {
    const result = validate(value) as { value: unknown } | { error: Fault[] };
    if (!('error' in result)) return result;
    return { error: new VigiaError('validation_failed', faultSentence(result.error, where)) };
  };
};

/** One sentence about the first fault, naming the field as the caller wrote it. */
export function faultSentence(faults: readonly Fault[], where: string): string {
  // Of a union every branch complains; the complaint that sits deepest is the one about the actual field.
  const fault = faults.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? faults[0];
  if (fault === undefined) return 'The request does not fit its schema.';
  const params = fault.params as Readonly<Record<string, unknown>>;
  const missing = params.requiredProperties;
  if (Array.isArray(missing)) return `The ${where} ${quoted(fault.instancePath, missing[0])} is missing.`;
  const unknown = params.additionalProperties;
  if (Array.isArray(unknown)) return `The ${where} ${quoted(fault.instancePath, unknown[0])} is not known here.`;
  if (fault.instancePath === '') return 'Send a JSON object as the body of the request.';
  return `The ${where} ${quoted(fault.instancePath)} ${rule(fault)}.`;
}

function rule({ keyword, params: all, message }: Fault): string {
  const params = all as Readonly<Record<string, unknown>>;
  if (Array.isArray(params.allowedValues)) return `must be one of ${params.allowedValues.join(', ')}`;
  if (keyword === 'pattern') return 'must be one line of text, without control characters';
  if (keyword === 'format') return `must be a valid ${params.format}`;
  return message ?? 'is wrong';
}

function quoted(instancePath: string, name?: unknown): string {
  const path = [...instancePath.split('/').slice(1), ...(name === undefined ? [] : [String(name)])].join('.');
  return `"${path.slice(0, 64)}"`;
}
