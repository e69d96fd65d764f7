import { availabilityViews } from './features/availability/views.ts';
import { clientViews } from './features/clients/views.ts';
import { compareView } from './features/compare/views.ts';
import { contractView } from './features/contracts/views.ts';
import { deviceView } from './features/device/views.ts';
import { addView, fleetView } from './features/fleet/views.ts';
import { incidentViews } from './features/incidents/views.ts';
import { maintenanceView } from './features/maintenance/views.ts';
import { nowViews } from './features/now/views.ts';
import { recoveryViews } from './features/recovery/views.ts';
import { servicesView } from './features/services/views.ts';
import { settingsViews } from './features/settings/views.ts';
import { reportsView } from './features/tickets/views.ts';
import type { View } from './shell/view.ts';

/** Every view, in the order in which people find their places. What each brings is in shell/view.ts. */
export const views: readonly View[] = [
  ...nowViews,
  fleetView,
  deviceView,
  ...incidentViews,
  ...availabilityViews,
  ...clientViews,
  contractView,
  ...recoveryViews,
  servicesView,
  maintenanceView,
  compareView,
  reportsView,
  ...settingsViews,
  addView,
];
