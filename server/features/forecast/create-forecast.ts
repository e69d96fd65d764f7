import { DiskForecasts, type DiskForecastsOptions } from './disk-forecasts.ts';

/** The forecast of full disks. */
export function createForecast(options: DiskForecastsOptions) {
  const forecasts = new DiskForecasts(options);
  const waiting = {
    get limit() {
      return options.fleet.devices.size;
    },
    length: () => forecasts.pending,
  };
  return { name: 'forecast', judges: [forecasts], queues: { forecasts: waiting }, close: () => forecasts.close() };
}
