import { Type } from 'typebox';
import {
  RecoveryPoint,
  RecoveryPointInput,
  RecoveryPointsAnswer,
  RecoveryPointsInput,
} from '../../../../protocol/api/recovery-point.ts';
import { IdParams } from '../../../platform/http/fields.ts';
import type { Http } from '../../../platform/http/http.ts';
import { PageOf, pageQuery, pageRequest } from '../../../platform/http/paging.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import type { PointPort } from './point-port.ts';

/** A thousand points. */
const MAX_BODY_BYTES = 1024 * 1024;

/** What tells of backups that were made, and what was told. */
export function pointRoutes(http: Http, points: PointPort): void {
  http.post(
    '/api/v1/recovery/points',
    { config: { access: 'act' }, schema: { body: RecoveryPointInput, response: { 200: RecoveryPoint } } },
    async (request) => {
      const actor = principalOf(request);
      return points.push(actor.scope, request.body, actor);
    },
  );

  http.post(
    '/api/v1/recovery/points/batch',
    {
      config: { access: 'act' },
      bodyLimit: MAX_BODY_BYTES,
      schema: { body: RecoveryPointsInput, response: { 200: RecoveryPointsAnswer } },
    },
    async (request) => {
      const actor = principalOf(request);
      return points.pushAll(actor.scope, request.body.points, actor);
    },
  );

  http.get(
    '/api/v1/recovery/plans/:id/points',
    {
      config: { access: 'read' },
      schema: { params: IdParams, querystring: Type.Object(pageQuery), response: { 200: PageOf(RecoveryPoint) } },
    },
    async (request) => points.page(principalOf(request).scope, request.params.id, pageRequest(request.query)),
  );
}
