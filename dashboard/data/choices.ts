import type { Priority } from '../../protocol/api/view.ts';
import { t } from '../words/i18n.ts';
import { compareNames } from './select.ts';
import { clients, devices, services, sites } from './store.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

const sorted = (items: Iterable<{ readonly id: string; readonly name: string }>): Choice[] =>
  [...items].map(({ id, name }) => ({ value: id, label: name })).sort((a, b) => compareNames(a.label, b.label));

export const clientChoices = () => sorted(clients.value.values());

export const siteChoices = (clientId: string) =>
  sorted([...sites.value.values()].filter((site) => site.clientId === clientId));

/** Those of a client, or of one site of it where `siteId` is not empty. */
export const deviceChoices = (clientId: string, siteId = '') =>
  sorted(
    [...devices.value.values()].filter(
      (device) => device.clientId === clientId && (siteId === '' || device.siteId === siteId),
    ),
  );

export const serviceChoices = (clientId: string) =>
  sorted([...services.value.values()].filter((service) => service.clientId === clientId));

/** Every tag that a machine of the client bears. */
export const tagChoices = (clientId: string): string[] =>
  [
    ...new Set(
      [...devices.value.values()].filter((device) => device.clientId === clientId).flatMap(({ tags }) => tags),
    ),
  ].sort(compareNames);

/** A choice that may be left open. */
export const orNone = (label: string, choices: readonly Choice[]): Choice[] => [{ value: '', label }, ...choices];

/** Priorities to choose from. */
export const priorityChoices = <P extends Priority>(of: readonly P[]): { value: P; label: string }[] =>
  of.map((value) => ({ value, label: t(`priority.${value as Priority}`) }));
