import { randomBytes, randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import type { ScopedStore } from '../../../../server/platform/store/store.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

/**
 * Every method of every scoped repository, called by one client with what belongs to another: nothing comes out and nothing
 * changes. A method without a case here fails the test.
 */
async function reachesNowhereElse(t: Test, others: readonly string[]): Promise<void> {
  const store = await tempStore(t);
  const acme = await addTenant(store, 'Acme');
  const bolt = await addTenant(store, 'Bolt');
  const seen = [acme];
  for (const name of others) seen.push(await addTenant(store, name));
  const all = store.scoped(everyClient);
  const incident = incidentRow(bolt, { outage_json: '{"restoredAt":null}' });
  const interval = {
    client_id: bolt.client.id,
    device_id: bolt.device.id,
    start_ms: 0,
    end_ms: 10,
    state: 'up',
    reason: 'reports',
    evidence_json: '{}',
    revised: 0,
  } as const;
  const state = {
    device_id: bolt.device.id,
    client_id: bolt.client.id,
    state_json: '{}',
    cursor: 0,
    saved_at: 0,
  };
  const key = {
    id: randomUUID(),
    secret_hash: randomBytes(32),
    name: 'grafana',
    role: 'metrics',
    client_id: bolt.client.id,
    created_at: 0,
    created_by: 'test',
    last_used_at: null,
    revoked_at: null,
  } as const;
  const retired = await all.devices.insert({
    clientId: bolt.client.id,
    siteId: bolt.site.id,
    tokenId: bolt.token.id,
    kind: 'server',
    publicKey: randomBytes(32),
    machineId: '',
    hostname: 'old',
    os: '',
    agentVersion: '',
  });
  await all.devices.retire(retired.id);
  await all.apiKeys.insert(key);
  const globalKey = { ...key, id: randomUUID(), secret_hash: randomBytes(32), client_id: null };
  await all.apiKeys.insert(globalKey);
  const receiver = {
    id: randomUUID(),
    client_id: bolt.client.id,
    name: 'Ops',
    kind: 'webhook',
    document_json: '{}',
    secrets_sealed: null,
    created_at: 1,
    created_by: 'test',
    removed_at: null,
  };
  await all.receivers.insert(receiver);
  await all.receivers.insert({ ...receiver, id: randomUUID(), client_id: null });
  await store.db
    .insertInto('outbox')
    .values({
      client_id: bolt.client.id,
      idempotency_key: 'k',
      kind: 'x',
      payload_json: '{}',
      created_at: 1,
      due_at: 1,
    })
    .execute();
  const told = {
    outbox_id: 1,
    receiver_id: receiver.id,
    subject: null,
    is_digest: 0,
    is_urgent: 0,
    bundle: null,
  } as const;
  await store.deliveries.insert([
    { ...told, first_due_at: 1, due_at: 1, last_error_json: JSON.stringify(typed('secret of bolt')) },
  ]);
  const check = {
    id: randomUUID(),
    client_id: bolt.client.id,
    device_id: null,
    name: 'Shop',
    document_json: '{}',
    state_json: '{}',
    created_at: 0,
    created_by: 'test',
    removed_at: null,
  };
  const checkInterval = {
    client_id: bolt.client.id,
    check_id: check.id,
    start_ms: 0,
    end_ms: 10,
    state: 'up',
    reason: 'passed',
    evidence_json: '{}',
    revised: 0,
  } as const;
  const service = {
    id: randomUUID(),
    client_id: bolt.client.id,
    slug: 'shop',
    name: 'Shop',
    created_at: 0,
    created_by: 'test',
    removed_at: null,
  };
  const serviceVersion = {
    client_id: bolt.client.id,
    service_id: service.id,
    effective_at: 0,
    document_json: '{}',
    created_by: 'test',
  };
  await store.commit([
    all.checks.insertStatement(check),
    ...all.checks.replaceIntervalsStatements({ id: check.id, clientId: bolt.client.id }, 0, [checkInterval]),
    all.services.insertStatement(service),
    all.services.insertVersionStatement(serviceVersion),
  ]);
  const event = {
    client_id: bolt.client.id,
    incident_id: incident.id,
    at: 1,
    kind: 'opened',
    by_user: null,
    said_json: '',
  };
  const attestation = {
    id: randomUUID(),
    client_id: bolt.client.id,
    device_id: bolt.device.id,
    from_ms: 0,
    to_ms: 10,
    verdict: 'down',
    why: 'power cut',
    at: 20,
    by_user: 'Ann',
    responsibility: null,
    evidence: '',
    withdrawn_at: null,
    withdrawn_by: null,
  } as const;
  const revision = {
    client_id: bolt.client.id,
    subject_kind: 'device',
    subject_id: bolt.device.id,
    at: 20,
    by_user: 'Ann',
    said_json: JSON.stringify(typed('power cut')),
    from_ms: 0,
    to_ms: 10,
    before_json: '[]',
    after_json: '[]',
  } as const;
  const contract = {
    id: randomUUID(),
    client_id: bolt.client.id,
    version: 1,
    effective_at: 0,
    terms_json: '{}',
    created_at: 0,
    created_by: 'test',
  };
  await store.commit([
    all.contracts.insertStatement(contract),
    all.attestations.insertStatement(attestation),
    all.ledgerRevisions.insertStatement(revision),
    // Two rows with a hole between them, so that there is something to find.
    all.presence.insertStatement({ ...interval, start_ms: 40, end_ms: 45, state: 'down' }),
    all.incidents.saveStatement(incident),
    all.incidents.eventStatement(event),
    all.presence.insertStatement(interval),
    all.deviceStates.saveStatement(state),
  ]);
  const policy = {
    policy: `client:${bolt.client.id}`,
    client_id: bolt.client.id,
    rank: 0,
    values_json: '[]',
    from_ms: 1,
    by_id: 'test',
    by_name: 'Test',
  };
  const policyOfAll = { ...policy, policy: 'default', client_id: null };
  await all.policies.insert(policy);
  await all.policies.insert(policyOfAll);
  const plan = { id: randomUUID(), client_id: bolt.client.id, created_at: 0, created_by: 'test', removed_at: null };
  const planVersion = {
    client_id: bolt.client.id,
    plan_id: plan.id,
    effective_at: 0,
    document_json: '{}',
    created_by: 'test',
  };
  const drill = {
    ...({ scope: 'full', result: 'restored' } as const),
    ...{ id: randomUUID(), plan_id: plan.id, client_id: bolt.client.id },
    ...{ started_at: 1, finished_at: 2, restored_bytes: 3, files: 4, first_difference: null, evidence: 'T-1' },
    ...{ recorded_at: 5, by_user: 'test', by_name: 'Test' },
  };
  const drillTarget = {
    ...{ plan_id: plan.id, client_id: bolt.client.id, document_json: '{}', set_at: 1, set_by: 'test' },
  };
  const point = {
    ...{ plan_id: plan.id, client_id: bolt.client.id, point_id: 'p', started_at: 1, finished_at: 2, seen_at: 3 },
    completeness: 'complete',
    size_bytes: 4,
    verified_at: null,
    gone_at: null,
    kind: 'log',
    follows: 'full',
    place: null,
    told_by: 'me',
  } as const;
  const backupRun = {
    ...{ id: 1, plan_id: plan.id, client_id: bolt.client.id, name: null, started_at: 1, ended_at: null, noted_at: 1 },
    ...{ outcome: 'running' as const, exit_code: null, size_bytes: null, told_by: 'ping', point_id: null },
  } as const;
  const {
    id: _run,
    plan_id: _plan,
    client_id: _client,
    name: _name,
    started_at: _start,
    told_by: _by,
    ...ended
  } = backupRun;
  const ping = {
    ...{ plan_id: plan.id, client_id: bolt.client.id, secret_hash: randomBytes(32) },
    ...{ created_at: 1, created_by: 'me', expires_at: null },
  };
  await store.commit([
    all.recoveryPlans.insertStatement(plan),
    all.recoveryPlans.insertVersionStatement(planVersion),
    all.recoveryPoints.saveStatement(point),
    all.recoveryDrills.insertStatement(drill),
    all.recoveryDrills.setTargetStatement(drillTarget),
    all.recoveryRuns.insertStatement(backupRun),
    all.recoveryRuns.putPingStatement(ping),
  ]);
  const reportKey = randomBytes(32);
  await all.clients.setReportKey(bolt.client.id, { hash: reportKey, createdBy: 'me', expiresAt: null });
  const child = incidentRow(bolt, { key: 'child', parent_id: incident.id, suppressed_by: 'maintenance:w' });
  const planned = {
    clientId: bolt.client.id,
    target: { kind: 'client', id: null },
    timeZone: 'UTC',
    rrule: null,
  } as const;
  const document = { ...planned, title: 'Patches', startsAt: '2026-03-01T22:00', durationMinutes: 60 };
  const window = {
    id: randomUUID(),
    client_id: bolt.client.id,
    document_json: JSON.stringify(document),
    created_at: 1,
    created_by: 'test',
    cancelled_at: null,
  };
  const windowEdit = {
    windowId: window.id,
    clientId: bolt.client.id,
    atMs: 2,
    by: 'x',
    before: document,
    after: document,
  };
  const run = {
    window_id: window.id,
    client_id: bolt.client.id,
    started_at: 1,
    told_json: '[]',
    devices_json: '[]',
    ended_at: null,
    finished_at: null,
  };
  const report = {
    id: randomUUID(),
    client_id: bolt.client.id,
    site_id: bolt.site.id,
    device_id: null,
    service_id: null,
    reported_at: 5,
    reporter: 'Ana',
    via: 'portal',
    text: 'It is slow.',
    about_infrastructure: 1,
    incident_id: incident.id,
    lead_ms: 3,
    created_at: 5,
    created_by: 'portal',
  } as const;
  await store.commit([
    all.incidents.saveStatement(child),
    all.maintenance.insertStatement(window),
    ...all.maintenance.editStatements(windowEdit),
    all.maintenance.saveRunStatement(run),
    all.personReports.insertStatement(report),
  ]);
  await all.devices.update(bolt.device.id, { tags: ['db'] });
  const [stored] = await all.presence.between(bolt.device.id, 0, 10);

  const mine = store.scoped(ofClients(...seen.map(({ client }) => client.id)));
  const page = { limit: 100 };
  const outcome = { nothing: null, empty: [], no: false, notFound: 'not_found', forbidden: 'forbidden' };

  type Cases = { [R in keyof Omit<ScopedStore, 'scope'>]: { [M in keyof ScopedStore[R]]: [unknown, () => unknown] } };
  const ids = async (rows: Promise<{ id: string }[]>) => (await rows).map((row) => row.id).sort();
  const pageIds = async (rows: Promise<{ items: { id: string }[] }>) => (await rows).items.map((row) => row.id).sort();
  const own = (noun: 'client' | 'site' | 'device' | 'token') => seen.map((tenant) => tenant[noun].id).sort();
  const cases: Cases = {
    clients: {
      list: [own('client'), () => pageIds(mine.clients.list(page))],
      all: [own('client'), () => ids(mine.clients.all())],
      get: [outcome.nothing, () => mine.clients.get(bolt.client.id)],
      byName: [outcome.nothing, () => mine.clients.byName('Bolt')],
      create: [outcome.forbidden, () => mine.clients.create('New')],
      ensure: [outcome.forbidden, () => mine.clients.ensure('Bolt')],
      update: [outcome.notFound, () => mine.clients.update(bolt.client.id, { name: 'mine' })],
      setReportKey: [outcome.notFound, () => mine.clients.setReportKey(bolt.client.id, null)],
      noteReportKeyUseStatement: [
        undefined,
        () => store.commit([mine.clients.noteReportKeyUseStatement(bolt.client.id)]),
      ],
      withReportKey: [outcome.empty, () => ids(mine.clients.withReportKey())],
      keepReportKey: [undefined, () => mine.clients.keepReportKey(bolt.client.id, 'me')],
      byReportKey: [outcome.nothing, () => mine.clients.byReportKey(reportKey)],
    },
    sites: {
      list: [outcome.empty, () => pageIds(mine.sites.list({ ...page, clientId: bolt.client.id }))],
      all: [own('site'), () => ids(mine.sites.all())],
      get: [outcome.nothing, () => mine.sites.get(bolt.site.id)],
      byName: [outcome.nothing, () => mine.sites.byName(bolt.client.id, 'Main')],
      create: [outcome.notFound, () => mine.sites.create(bolt.client.id, 'New')],
      ensure: [outcome.notFound, () => mine.sites.ensure(bolt.client.id, 'Main')],
      setCard: [outcome.notFound, () => mine.sites.setCard(bolt.site.id, '{"notes":"mine"}')],
    },
    devices: {
      list: [outcome.empty, () => pageIds(mine.devices.list({ ...page, siteId: bolt.site.id }))],
      all: [own('device'), () => ids(mine.devices.all())],
      retired: [outcome.empty, () => ids(mine.devices.retired())],
      get: [outcome.nothing, () => mine.devices.get(bolt.device.id)],
      byPublicKey: [outcome.nothing, () => mine.devices.byPublicKey(bolt.device.public_key)],
      insert: [
        outcome.notFound,
        () =>
          mine.devices.insert({
            clientId: bolt.client.id,
            siteId: bolt.site.id,
            tokenId: bolt.token.id,
            kind: 'server',
            publicKey: randomBytes(32),
            machineId: '',
            hostname: 'h',
            os: '',
            agentVersion: '',
          }),
      ],
      update: [outcome.notFound, () => mine.devices.update(bolt.device.id, { name: 'mine' })],
      placements: [outcome.empty, () => mine.devices.placements(bolt.device.id)],
      retire: [outcome.notFound, () => mine.devices.retire(bolt.device.id)],
      revive: [outcome.notFound, () => mine.devices.revive(retired.id)],
      agentStatement: [
        undefined,
        () =>
          store.commit([mine.devices.agentStatement(bolt.device.id, { inventory_json: '{"x":1}', inventory_at: 1 })]),
      ],
    },
    deviceStates: {
      all: [outcome.empty, () => mine.deviceStates.all()],
      get: [outcome.nothing, () => mine.deviceStates.get(bolt.device.id)],
      saveStatement: [outcome.notFound, () => mine.deviceStates.saveStatement(state)],
    },
    tokens: {
      list: [own('token'), () => pageIds(mine.tokens.list(page))],
      get: [outcome.nothing, () => mine.tokens.get(bolt.token.id)],
      bySecretHash: [outcome.nothing, () => mine.tokens.bySecretHash(bolt.token.secret_hash)],
      insert: [outcome.notFound, () => mine.tokens.insert({ ...bolt.token, id: 'new' })],
      usable: [own('token'), () => ids(mine.tokens.usable(0))],
      keep: [undefined, () => mine.tokens.keep(bolt.token.id, 'me')],
      spendUse: [outcome.no, () => mine.tokens.spendUse(bolt.token.id)],
      revoke: [outcome.notFound, () => mine.tokens.revoke(bolt.token.id)],
    },
    incidents: {
      list: [outcome.empty, () => pageIds(mine.incidents.list({ ...page, state: 'all' }))],
      get: [outcome.nothing, () => mine.incidents.get(incident.id)],
      open: [outcome.empty, () => mine.incidents.open()],
      recent: [outcome.empty, () => mine.incidents.recent(0)],
      withOutage: [outcome.empty, () => mine.incidents.withOutage()],
      byKey: [outcome.empty, () => mine.incidents.byKey(incident.key, 10)],
      childrenOf: [outcome.empty, () => mine.incidents.childrenOf(incident.id)],
      suppressed: [outcome.empty, () => mine.incidents.suppressed('maintenance:w', 0)],
      openedBetween: [outcome.empty, () => mine.incidents.openedBetween(0, 1e14, bolt.client.id)],
      events: [outcome.empty, () => mine.incidents.events(incident.id)],
      visibleNotes: [outcome.empty, () => mine.incidents.visibleNotes(0, 10)],
      saveStatement: [outcome.notFound, () => mine.incidents.saveStatement(incident)],
      eventStatement: [outcome.notFound, () => mine.incidents.eventStatement(event)],
    },
    presence: {
      between: [outcome.empty, () => mine.presence.between(bolt.device.id, 0, 100)],
      last: [outcome.nothing, () => mine.presence.last(bolt.device.id)],
      notUp: [outcome.empty, () => mine.presence.notUp(null, 100)],
      holes: [outcome.empty, () => mine.presence.holes()],
      insertStatement: [
        outcome.notFound,
        () => mine.presence.insertStatement({ ...interval, start_ms: 20, end_ms: 30 }),
      ],
      clearStatements: [outcome.notFound, () => mine.presence.clearStatements(bolt.device, 0, 100)],
      deleteStatement: [undefined, () => store.commit([mine.presence.deleteStatement(stored!.id)])],
    },
    attestations: {
      standing: [outcome.empty, () => mine.attestations.standing()],
      ofDevice: [outcome.empty, () => mine.attestations.ofDevice(bolt.device.id)],
      get: [outcome.nothing, () => mine.attestations.get(attestation.id)],
      insertStatement: [outcome.notFound, () => mine.attestations.insertStatement({ ...attestation, id: 'new' })],
      withdrawStatement: [
        undefined,
        () => store.commit([mine.attestations.withdrawStatement(attestation.id, 9, 'Eve')]),
      ],
    },
    ledgerRevisions: {
      between: [outcome.empty, () => mine.ledgerRevisions.between(bolt.device.id, 0, 100, 10)],
      insertStatement: [outcome.notFound, () => mine.ledgerRevisions.insertStatement(revision)],
      lateStatement: [
        outcome.notFound,
        () =>
          mine.ledgerRevisions.lateStatement({
            ...{ clientId: bolt.client.id, deviceId: bolt.device.id, at: 1, why: typed('late'), from: 0, to: 100 },
            after: [],
          }),
      ],
    },
    contracts: {
      all: [outcome.empty, () => ids(mine.contracts.all())],
      insertStatement: [outcome.notFound, () => mine.contracts.insertStatement({ ...contract, version: 2 })],
    },
    checks: {
      all: [outcome.empty, () => ids(mine.checks.all())],
      insertStatement: [outcome.notFound, () => mine.checks.insertStatement({ ...check, id: 'new' })],
      updateStatement: [
        undefined,
        () =>
          store.commit([
            mine.checks.updateStatement(check.id, { device_id: null, name: 'stolen', document_json: '{}' }),
          ]),
      ],
      removeStatement: [undefined, () => store.commit([mine.checks.removeStatement(check.id, 9)])],
      saveStateStatement: [undefined, () => store.commit([mine.checks.saveStateStatement(check.id, '[]')])],
      intervals: [outcome.empty, () => mine.checks.intervals(check.id, 0, 100)],
      replaceIntervalsStatements: [
        outcome.notFound,
        () => mine.checks.replaceIntervalsStatements({ id: check.id, clientId: bolt.client.id }, 0, []),
      ],
    },
    services: {
      all: [outcome.empty, () => ids(mine.services.all())],
      versions: [outcome.empty, () => mine.services.versions()],
      insertStatement: [outcome.notFound, () => mine.services.insertStatement({ ...service, id: 'new', slug: 'new' })],
      insertVersionStatement: [outcome.notFound, () => mine.services.insertVersionStatement(serviceVersion)],
      renameStatement: [undefined, () => store.commit([mine.services.renameStatement(service.id, 'stolen')])],
      removeStatement: [undefined, () => store.commit([mine.services.removeStatement(service.id, 9)])],
    },
    maintenance: {
      all: [outcome.empty, () => ids(mine.maintenance.all())],
      edits: [outcome.empty, () => mine.maintenance.edits()],
      runs: [outcome.empty, () => mine.maintenance.runs(0)],
      insertStatement: [outcome.notFound, () => mine.maintenance.insertStatement({ ...window, id: 'new' })],
      editStatements: [outcome.notFound, () => mine.maintenance.editStatements(windowEdit)],
      cancelStatement: [outcome.notFound, () => mine.maintenance.cancelStatement(window, 1)],
      saveRunStatement: [outcome.notFound, () => mine.maintenance.saveRunStatement(run)],
    },
    personReports: {
      list: [outcome.empty, () => pageIds(mine.personReports.list(page))],
      get: [outcome.nothing, () => mine.personReports.get(report.id)],
      ofIncident: [outcome.empty, () => mine.personReports.ofIncident(incident.id)],
      threadOf: [outcome.nothing, () => mine.personReports.threadOf(report.created_by, 0)],
      between: [outcome.empty, () => mine.personReports.between(0, 100, bolt.client.id)],
      insertStatement: [outcome.notFound, () => mine.personReports.insertStatement({ ...report, id: 'new' })],
      linkStatement: [
        outcome.notFound,
        () => mine.personReports.linkStatement(report, { incidentId: incident.id, leadMs: 1 }),
      ],
    },
    policies: {
      all: [outcome.empty, () => mine.policies.all()],
      insert: [outcome.notFound, () => mine.policies.insert(policy)],
    },
    recoveryPlans: {
      all: [outcome.empty, () => ids(mine.recoveryPlans.all())],
      versions: [outcome.empty, () => mine.recoveryPlans.versions()],
      insertStatement: [outcome.notFound, () => mine.recoveryPlans.insertStatement({ ...plan, id: 'new' })],
      insertVersionStatement: [outcome.notFound, () => mine.recoveryPlans.insertVersionStatement(planVersion)],
      removeStatement: [undefined, () => store.commit([mine.recoveryPlans.removeStatement(plan.id, 1)])],
    },
    recoveryPoints: {
      get: [outcome.nothing, () => mine.recoveryPoints.get(plan.id, point.point_id)],
      since: [outcome.empty, () => mine.recoveryPoints.since(plan.id, 0)],
      newest: [outcome.empty, () => mine.recoveryPoints.newest(10)],
      saveStatement: [outcome.notFound, () => mine.recoveryPoints.saveStatement(point)],
      prune: [0, () => mine.recoveryPoints.prune(100, 0)],
      chained: [outcome.empty, () => mine.recoveryPoints.chained()],
      these: [outcome.empty, () => mine.recoveryPoints.these(plan.id, [point.point_id])],
      withForerunners: [outcome.empty, () => mine.recoveryPoints.withForerunners(plan.id, [point.point_id], 10)],
      page: [outcome.empty, () => mine.recoveryPoints.page(plan.id, null, 10)],
    },
    recoveryRuns: {
      standing: [outcome.empty, () => mine.recoveryRuns.standing()],
      page: [outcome.empty, () => mine.recoveryRuns.page(plan.id, null, 10)],
      insertStatement: [outcome.notFound, () => mine.recoveryRuns.insertStatement({ ...backupRun, id: 2 })],
      endStatement: [undefined, () => store.commit([mine.recoveryRuns.endStatement(1, { ...ended, noted_at: 2 })])],
      prune: [0, () => mine.recoveryRuns.prune(100, 0)],
      pings: [outcome.empty, () => mine.recoveryRuns.pings()],
      putPingStatement: [outcome.notFound, () => mine.recoveryRuns.putPingStatement(ping)],
      removePingStatement: [undefined, () => store.commit([mine.recoveryRuns.removePingStatement(plan.id)])],
    },
    recoveryDrills: {
      all: [outcome.empty, () => ids(mine.recoveryDrills.all())],
      targets: [outcome.empty, () => mine.recoveryDrills.targets()],
      insertStatement: [outcome.notFound, () => mine.recoveryDrills.insertStatement({ ...drill, id: 'new' })],
      setTargetStatement: [outcome.notFound, () => mine.recoveryDrills.setTargetStatement(drillTarget)],
      prune: [0, () => mine.recoveryDrills.prune(100)],
    },
    apiKeys: {
      list: [outcome.empty, () => pageIds(mine.apiKeys.list(page))],
      get: [outcome.nothing, () => mine.apiKeys.get(globalKey.id)],
      bySecretHash: [outcome.nothing, () => mine.apiKeys.bySecretHash(key.secret_hash)],
      insert: [outcome.notFound, () => mine.apiKeys.insert({ ...key, id: 'new' })],
      usable: [outcome.empty, () => ids(mine.apiKeys.usable())],
      unrevoked: [outcome.empty, () => ids(mine.apiKeys.unrevoked())],
      useStatement: [undefined, () => store.commit([mine.apiKeys.useStatement(key.id, 1)])],
      keep: [undefined, () => mine.apiKeys.keep(key.id, 'me')],
      revoke: [outcome.notFound, () => mine.apiKeys.revoke(key.id)],
    },
    receivers: {
      list: [outcome.empty, () => pageIds(mine.receivers.list(page))],
      all: [outcome.empty, () => mine.receivers.all()],
      get: [outcome.nothing, () => mine.receivers.get(receiver.id)],
      status: [
        { last_delivered_at: null, waiting: 0, last_error_json: null },
        () => mine.receivers.status(receiver.id),
      ],
      insert: [outcome.notFound, () => mine.receivers.insert({ ...receiver, id: 'new' })],
      update: [
        outcome.notFound,
        () => mine.receivers.update(receiver.id, { ...receiver, client_id: acme.client.id, name: 'stolen' }),
      ],
      remove: [outcome.notFound, () => mine.receivers.remove(receiver.id)],
    },
  };

  const snapshot = async () => {
    const tables = [
      'device_placement',
      'maintenance_window',
      'maintenance_edit',
      'maintenance_run',
      'person_report',
      'client',
      'site',
      'device',
      'device_state',
      'enrolment_token',
      'incident',
      'incident_event',
      'presence_interval',
      'attestation',
      'ledger_revision',
      'check_definition',
      'check_interval',
      'service',
      'service_version',
      'policy_version',
      'recovery_plan',
      'recovery_plan_version',
      'recovery_point',
      'recovery_drill',
      'recovery_drill_target',
      'recovery_run',
      'recovery_ping',
      'api_key',
      'receiver',
      'delivery',
    ] as const;
    return Promise.all(tables.map((table) => store.db.selectFrom(table).selectAll().execute()));
  };
  const before = await snapshot();
  for (const [noun, methods] of Object.entries(cases)) {
    const actual = Object.keys(mine[noun as keyof Cases]).toSorted();
    t.same(Object.keys(methods).toSorted(), actual, `every method of ${noun} has a case`);
    for (const [method, [wanted, call]] of Object.entries(methods) as [string, [unknown, () => unknown]][]) {
      const got = await (async () => call())().catch((error: { code: string }) => error.code);
      t.same(got, wanted, `${noun}.${method}`);
    }
  }
  t.same(await snapshot(), before, 'and nothing was changed');

  await t.rejects(mine.apiKeys.insert({ ...key, id: 'new', client_id: null }), { code: 'forbidden' });
  await t.rejects(mine.receivers.insert({ ...receiver, id: 'new', client_id: null }), { code: 'forbidden' });
  await t.rejects(mine.policies.insert(policyOfAll), { code: 'forbidden' });

  t.test('nor by naming an id of another client in an own row', async (t) => {
    const own = { client_id: acme.client.id };
    await store.commit([
      ...mine.maintenance.editStatements({
        ...windowEdit,
        clientId: acme.client.id,
        after: { ...document, title: 'x' },
      }),
      mine.maintenance.cancelStatement({ ...window, ...own }, 1),
      mine.maintenance.saveRunStatement({ ...run, ...own, finished_at: 1 }),
      mine.recoveryPoints.saveStatement({ ...point, ...own, completeness: 'failed' }),
      mine.personReports.linkStatement({ ...report, ...own }, { incidentId: incident.id, leadMs: 9 }),
    ]);
    t.same(await all.maintenance.all(), [window]);
    t.equal((await all.maintenance.edits()).length, 1);
    t.same(await all.recoveryPoints.get(plan.id, point.point_id), point);
    t.same(await all.maintenance.runs(0), [run]);
    t.same(await all.personReports.get(report.id), report);
    await store
      .commit([mine.incidents.saveStatement(incidentRow(acme, { id: incident.id, said_json: 'stolen' }))])
      .catch(() => {});
    t.same(await all.incidents.get(incident.id), incident);
    await t.rejects(store.commit([mine.incidents.eventStatement({ ...event, client_id: acme.client.id })]), {
      code: 'conflict',
    });
    await t.rejects(
      store.commit([
        mine.presence.insertStatement({ ...interval, client_id: acme.client.id, start_ms: 50, end_ms: 60 }),
      ]),
      { code: 'conflict' },
    );
    await store
      .commit([mine.deviceStates.saveStatement({ ...state, client_id: acme.client.id, state_json: '"x"' })])
      .catch(() => {});
    t.same(await all.deviceStates.get(bolt.device.id), state);
    await t.rejects(mine.devices.update(acme.device.id, { siteId: bolt.site.id }), { code: 'not_found' });
    await t.rejects(
      mine.tokens.insert({ ...acme.token, id: 'new', secret_hash: randomBytes(32), site_id: bolt.site.id }),
      { code: 'not_found' },
    );
  });
}

t.test('no scoped method reaches into another client', (t) => reachesNowhereElse(t, []));
t.test('nor from two clients into a third', (t) => reachesNowhereElse(t, ['Cargo']));

t.test('a set of clients sees what is theirs, whichever they are', async (t) => {
  const store = await tempStore(t);
  const tenants = [await addTenant(store, 'Acme'), await addTenant(store, 'Bolt'), await addTenant(store, 'Cargo')];
  const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).sort();
  for (let chosen = 0; chosen < 8; chosen += 1) {
    const seen = tenants.filter((_, index) => chosen & (1 << index));
    const mine = store.scoped(ofClients(...seen.map(({ client }) => client.id)));
    const what = seen.map(({ client }) => client.name).join(' and ') || 'none';
    t.same(idsOf(await mine.clients.all()), idsOf(seen.map(({ client }) => client)), what);
    t.same(idsOf(await mine.sites.all()), idsOf(seen.map(({ site }) => site)), what);
    t.same(idsOf(await mine.devices.all()), idsOf(seen.map(({ device }) => device)), what);
    t.same(idsOf((await mine.tokens.list({ limit: 10 })).items), idsOf(seen.map(({ token }) => token)), what);
    await t.rejects(mine.clients.create('New'), { code: 'forbidden' }, what);
  }
  const many = store.scoped(
    ofClients(...new Array(40_000).fill(0).map((_, index) => `client ${index}`), tenants[1]!.client.id),
  );
  t.same(idsOf(await many.devices.all()), [tenants[1]!.device.id], 'more than a statement has parameters');
});
