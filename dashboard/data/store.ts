import { computed, signal } from '@preact/signals';
import { MAX_LIVE_ROWS } from '../../protocol/api/live-rows.ts';
import type { Service } from '../../protocol/api/service.ts';
import type {
  Client,
  Device,
  DeviceSummary,
  Incident,
  IncidentDetail,
  LiveServerMessage,
  SessionInfo,
  Site,
} from '../../protocol/api/view.ts';
import { api, sentenceOf, whenSignedOut } from './api.ts';
import { serverOffsetMs } from './clock.ts';
import { LiveLink, type LiveLook } from './live.ts';
import { applyChanges, type Changes, type FleetState, fromOverview } from './state.ts';
import { dropEarly, hintSignedIn, takeConnection } from './take-early.ts';
import { flappingDevices } from './triage.ts';

/** How the page is connected. While `down`, what is on the screen is from `sinceMs` (the browser's clock). */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly sinceMs: number }
  | { readonly kind: 'down'; readonly sinceMs: number; readonly retryAtMs: number };

type Points = Extract<LiveServerMessage, { type: 'points' }>;
interface WatchListener {
  readonly onPoints: (points: Points) => void;
  readonly onDevice: (device: Device) => void;
}

/** Who is asking; null until the server has said. */
export const session = signal<SessionInfo | null>(null);
/** The shared state; null until the first overview. */
export const fleet = signal<FleetState | null>(null);
export const link = signal<LinkState>({ kind: 'connecting' });
/** Why the first overview failed, if it did. */
export const loadError = signal<string | null>(null);

const none: ReadonlyMap<string, never> = new Map<string, never>();
export const devices = computed<ReadonlyMap<string, DeviceSummary>>(() => fleet.value?.devices ?? none);
export const clients = computed<ReadonlyMap<string, Client>>(() => fleet.value?.clients ?? none);
export const sites = computed<ReadonlyMap<string, Site>>(() => fleet.value?.sites ?? none);
export const incidents = computed<ReadonlyMap<string, Incident>>(() => fleet.value?.incidents ?? none);
export const flapping = computed(() => flappingDevices(incidents.value.values()));
export const services = computed<ReadonlyMap<string, Service>>(() => fleet.value?.services ?? none);
/** Windows of maintenance, budgets at risk and who found trouble first. */
export const month = computed(() => fleet.value?.month ?? null);
export const users = computed<ReadonlyMap<string, string>>(() => fleet.value?.users ?? none);
export const server = computed(() => fleet.value?.server ?? null);
export const me = computed(() => fleet.value?.user ?? session.value?.user ?? null);
/** Viewers read; technicians and admins act. */
export const canAct = computed(() => me.value?.role === 'admin' || me.value?.role === 'technician');
export const isAdmin = computed(() => me.value?.role === 'admin');
export const isLinkDown = computed(() => link.value.kind === 'down');

/** If `/live` does not open within this, the first paint does not wait for it. */
const FIRST_PAINT_MS = 1000;

/** After an overview that failed while `/live` is open. */
const RELOAD_MS = 3000;

let live: LiveLink | null = null;
let loading = 0;
/** Changes that wait for the overview under way, to be put on top of it: none is lost between the two. */
let held: Changes[] | null = null;
const watchers = new Set<WatchListener>();
let look: LiveLook = { deviceId: null };

/** Asks who we are, and starts the live state when signed in. */
export async function start(): Promise<void> {
  whenSignedOut(() => void refreshSession());
  await refreshSession();
}

async function refreshSession(): Promise<void> {
  try {
    enter(await api.session());
    loadError.value = null;
  } catch (error) {
    loadError.value = sentenceOf(error);
  }
}

/** Takes a session as the server told it: begins or ends the live state accordingly. */
export function enter(info: SessionInfo): void {
  session.value = info;
  hintSignedIn(info.user !== null);
  if (info.user && !live) connect();
  if (!info.user && live) disconnect();
  if (!info.user) dropEarly();
}

export async function signOut(): Promise<void> {
  await api.logout();
  await refreshSession();
}

function connect(): void {
  const firstPaint = setTimeout(() => void load(), FIRST_PAINT_MS);
  live = new LiveLink({
    url: `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/live`,
    onMessage: receive,
    onUp: () => {
      clearTimeout(firstPaint);
      void load();
    },
    onDown: (retryAtMs) => {
      // An overview of before would lack what changed meanwhile.
      dropEarly();
      const sinceMs = link.value.kind === 'down' ? link.value.sinceMs : Date.now();
      link.value = { kind: 'down', sinceMs, retryAtMs };
      // A refused upgrade looks like any other failure to a page; the session says whether it is over.
      void api.session().then(enter, () => {});
    },
    probe: api.session,
    begun: takeConnection(),
  });
  live.look(look);
}

function disconnect(): void {
  live?.close();
  live = null;
  held = null;
  loading += 1;
  fleet.value = null;
  link.value = { kind: 'connecting' };
}

async function load(): Promise<void> {
  loading += 1;
  const mine = loading;
  held ??= [];
  try {
    const overview = await api.overview();
    if (mine !== loading) return;
    const waiting = held ?? [];
    held = null;
    const now = Date.now();
    setFleet(waiting.reduce((state, changes) => applyChanges(state, changes, now), fromOverview(overview, now)));
    link.value = { kind: 'up', sinceMs: now };
    loadError.value = null;
  } catch (error) {
    loadError.value = sentenceOf(error);
    if (mine === loading) setTimeout(() => live && mine === loading && void load(), RELOAD_MS);
  }
}

/** Loads the overview again, after an action whose effect no live message carries, or to have the reading of every device. */
export function reload(): Promise<void> {
  return load();
}

function setFleet(state: FleetState): void {
  serverOffsetMs.value = state.serverOffsetMs;
  fleet.value = state;
}

function receive(message: LiveServerMessage): void {
  if (message.type === 'points') for (const watcher of watchers) watcher.onPoints(message);
  if (message.type === 'device') for (const watcher of watchers) watcher.onDevice(message.device);
  if (message.type !== 'changes') return;
  if (held) held.push(message);
  else change(message);
}

function change(changes: Changes): void {
  if (fleet.value) setFleet(applyChanges(fleet.value, changes, Date.now()));
}

/** Puts the answer to an action into the state at once; the live message about it changes nothing more. */
export function keepIncident(incident: Incident | IncidentDetail): void {
  change({ type: 'changes', incidents: [incident] });
}

/** Listens to the live values of a device until the answer is called. */
export function watchDevice(deviceId: string, listener: WatchListener): () => void {
  watchers.add(listener);
  sayLook({ ...look, deviceId });
  return () => {
    watchers.delete(listener);
    if (look.deviceId === deviceId && watchers.size === 0) sayLook({ ...look, deviceId: null });
  };
}

/** Says which devices stand on the screen, and whether the page is sorted by the readings of all: their readings come live. */
export function lookAtRows(ids: readonly string[], rest = false): void {
  sayLook({ deviceId: look.deviceId, rows: ids.slice(0, MAX_LIVE_ROWS), rest });
}

function sayLook(next: LiveLook): void {
  if (JSON.stringify(next) === JSON.stringify(look)) return;
  look = next;
  live?.look(look);
}

/** Tries the live connection now instead of waiting. */
export function retryLive(): void {
  live?.retryNow();
}
