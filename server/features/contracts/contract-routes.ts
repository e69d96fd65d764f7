import { Type } from 'typebox';
import {
  ClocksFrom,
  Contract,
  ContractTerms,
  ContractTermsInput,
  HolidayCorrectionInput,
  HolidayYear,
  OlderIncidents,
} from '../../../protocol/api/contract.ts';
import { SaidDocument } from '../../../protocol/api/said.ts';
import { IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { Holidays } from './holidays.ts';
import type { ContractPort } from './port.ts';

/** A contract with years of exceptions for many sites is larger than other requests. */
const CONTRACT_BYTES = 1024 * 1024;

const List = <T extends Parameters<typeof Type.Array>[0]>(item: T) => Type.Object({ items: Type.Array(item) });
const HolidayQuery = Type.Object(
  {
    country: Type.String({ minLength: 2, maxLength: 8 }),
    region: Type.Optional(Type.String({ maxLength: 16 })),
    year: Type.Integer({ minimum: 1970, maximum: 2100 }),
  },
  strict,
);
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const HolidayCountry = Type.Object({ code: Type.String(), name: Type.String(), regions: Type.Array(Named) });
const Preset = Type.Object({ tier: Type.String(), terms: ContractTerms });

export interface ContractRouteNeeds {
  readonly contracts: ContractPort;
  readonly holidays: Holidays;
}

/** What was agreed with clients, and the holidays that calendars start from. */
export function contractRoutes(http: Http, { contracts, holidays }: ContractRouteNeeds): void {
  http.get(
    '/api/v1/contracts',
    {
      config: { access: 'read' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(Contract) } },
    },
    async (request) =>
      cutPage(contracts.list(principalOf(request).scope), pageRequest(request.query), ({ clientId }) => clientId),
  );

  http.get(
    '/api/v1/clients/:id/contract',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Contract } } },
    async (request) => contracts.get(principalOf(request).scope, request.params.id),
  );

  http.put(
    '/api/v1/clients/:id/contract',
    {
      bodyLimit: CONTRACT_BYTES,
      config: { access: 'manage' },
      schema: {
        params: IdParams,
        querystring: Type.Object({ clocksFrom: Type.Optional(ClocksFrom) }, strict),
        body: ContractTermsInput,
        response: { 200: Contract },
      },
    },
    async (request) => {
      const actor = principalOf(request);
      const { id } = request.params;
      const { clocksFrom } = request.query;
      return contracts.put(actor.scope, id, request.body, actor, clocksFrom);
    },
  );

  http.post(
    '/api/v1/contracts/check',
    {
      bodyLimit: CONTRACT_BYTES,
      config: { access: 'manage' },
      schema: {
        querystring: Type.Object({ client: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) }, strict),
        body: ContractTermsInput,
        response: {
          200: Type.Object({
            warnings: Type.Array(Type.String()),
            warningsSaid: Type.Array(SaidDocument),
            olderIncidents: Type.Optional(OlderIncidents),
          }),
        },
      },
    },
    async (request) => {
      const { body, query } = request;
      const warned = contracts.check(body);
      const { client } = query;
      const older = client === undefined ? null : await contracts.older(principalOf(request).scope, body, client);
      return older ? { ...warned, olderIncidents: older } : warned;
    },
  );

  http.get(
    '/api/v1/contract-presets',
    { config: { access: 'read' }, schema: { response: { 200: List(Preset) } } },
    async () => ({ items: contracts.presets() }),
  );

  http.get(
    '/api/v1/holiday-countries',
    { config: { access: 'read' }, schema: { response: { 200: List(HolidayCountry) } } },
    async () => ({ items: (await holidays.countries()).map((each) => ({ ...each, regions: [...each.regions] })) }),
  );

  http.get(
    '/api/v1/holidays',
    { config: { access: 'read' }, schema: { querystring: HolidayQuery, response: { 200: HolidayYear } } },
    async (request) => {
      const { country, region, year } = request.query;
      return holidays.year(country, region || null, year);
    },
  );

  http.put(
    '/api/v1/holidays',
    {
      config: { access: 'manage', everyClient: true },
      schema: { body: HolidayCorrectionInput, response: { 200: HolidayYear } },
    },
    async (request) => holidays.correct(request.body, principalOf(request)),
  );
}
