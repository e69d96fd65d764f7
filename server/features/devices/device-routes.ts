import { Type } from 'typebox';
import { RemoteUrl } from '../../../protocol/api/site-card.ts';
import { Device, DeviceSummary, PresenceInterval, PresenceState } from '../../../protocol/api/view.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { requireRemoteUrl } from '../../domain/remote-url.ts';
import { Id, IdParams, Name, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { parseTimeRange } from '../../platform/http/time-range.ts';
import { changeDevice, type DeviceActNeeds, retireDevice } from './acts.ts';
import type { FleetPort } from './port.ts';

const PRESENCE_DEFAULT_MS = 90 * 86_400_000;

const range = {
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
};
const ListQuery = Type.Object(
  { ...pageQuery, client: Type.Optional(Id), site: Type.Optional(Id), state: Type.Optional(PresenceState) },
  strict,
);
const MAX_TAG_LENGTH = 40;
const slugLike = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const Changes = Type.Object(
  {
    name: Type.Optional(Name),
    siteId: Type.Optional(Id),
    tags: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
    remoteUrl: Type.Optional(RemoteUrl),
    expectedHours: Type.Optional(Type.Boolean()),
  },
  strict,
);
const Intervals = Type.Object({ items: Type.Array(PresenceInterval) });

export interface DeviceRouteNeeds extends DeviceActNeeds {
  readonly fleet: FleetPort;
  readonly clock: () => number;
}

/** Machines with an agent: the list, one of them, its past, and what people may change of it. */
export function deviceRoutes(http: Http, needs: DeviceRouteNeeds): void {
  const { fleet, clock } = needs;
  http.get(
    '/api/v1/devices',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(DeviceSummary) } } },
    async (request) => {
      const { client, site, state: presence } = request.query;
      const wanted = fleet
        .summaries(principalOf(request).scope)
        .filter(
          (device) =>
            (client === undefined || device.clientId === client) &&
            (site === undefined || device.siteId === site) &&
            (presence === undefined || device.state === presence),
        );
      return cutPage(wanted, pageRequest(request.query), ({ name, id }) => `${name.toLowerCase()}\0${id}`);
    },
  );

  http.get(
    '/api/v1/devices/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Device } } },
    async (request) => existing(await fleet.device(principalOf(request).scope, request.params.id)),
  );

  http.patch(
    '/api/v1/devices/:id',
    { config: { access: 'act' }, schema: { params: IdParams, body: Changes, response: { 200: Device } } },
    async (request) => {
      const who = principalOf(request);
      const { id } = request.params;
      const { body: changes } = request;
      if (Object.keys(changes).length === 0) {
        throw refused('validation_failed', said('refused.device.nothing'));
      }
      requireTags(changes.tags);
      requireRemoteUrl(changes.remoteUrl);
      await changeDevice(needs, who, id, changes);
      return existing(await fleet.device(who.scope, id));
    },
  );

  http.delete(
    '/api/v1/devices/:id',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      await retireDevice(needs, principalOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  http.get(
    '/api/v1/devices/:id/presence',
    {
      config: { access: 'read' },
      schema: { params: IdParams, querystring: Type.Object(range, strict), response: { 200: Intervals } },
    },
    async (request) => {
      const { fromMs, toMs } = parseTimeRange(request.query, clock(), PRESENCE_DEFAULT_MS);
      return { items: await fleet.presence(principalOf(request).scope, request.params.id, fromMs, toMs) };
    },
  );
}

/** @throws VigiaError validation_failed unless each is short, plain and there once */
function requireTags(tags: readonly string[] = []): void {
  const bad = tags.find((tag) => tag.length > MAX_TAG_LENGTH || !slugLike.test(tag));
  if (bad !== undefined) {
    throw refused(
      'validation_failed',
      said('refused.tag.bad', { tag: bad.slice(0, MAX_TAG_LENGTH), most: MAX_TAG_LENGTH }),
    );
  }
  const twice = tags.find((tag, index) => tags.indexOf(tag) !== index);
  if (twice !== undefined) throw refused('validation_failed', said('refused.tag.twice', { tag: twice }));
}

function existing(device: Device | null): Device {
  if (device === null) throw noSuch('device');
  return device;
}
