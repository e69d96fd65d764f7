import { describe, type MetricDescriptor } from '../../../protocol/wire/metric.ts';
import { readFile } from '../../files/disk.ts';
import { type Section, sameList } from '../section.ts';
import type { FileReader } from './files.ts';
import { listSensors, parseTemperature, type Sensor } from './sensors.ts';

/** Temperatures move slowly, and asking a disk or a board's bus for one can take milliseconds. */
const READ_EVERY_MS = 60_000;

/** `temperature`: as read in the background within the last minute, null before the first reading is in. */
export class SensorSection implements Section {
  metrics: readonly MetricDescriptor[] = [];
  readonly #files: FileReader;
  readonly #sysRoot: string;
  #sensors: readonly Sensor[] = [];
  #values: readonly (number | null)[] = [];
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(files: FileReader, sysRoot: string) {
    this.#files = files;
    this.#sysRoot = sysRoot;
  }

  sample(nowMs: number): readonly (number | null)[] {
    if (this.#reading === undefined && nowMs - this.#startedAtMs >= READ_EVERY_MS) {
      this.#startedAtMs = nowMs;
      this.#list();
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    // A sensor that does not answer for minutes says nothing about now.
    const isStale = nowMs - this.#startedAtMs > 3 * READ_EVERY_MS;
    return isStale ? this.#values.map(() => null) : this.#values;
  }

  #list(): void {
    const sensors = listSensors(this.#files, this.#sysRoot);
    const names = sensors.map((sensor) => sensor.name);
    const known = this.#sensors.map((sensor) => sensor.name);
    this.#sensors = sensors;
    if (sameList(names, known)) return;
    this.metrics = names.map((name) => describe('temperature', name));
    this.#values = names.map(() => null);
  }

  async #read(): Promise<void> {
    const values: (number | null)[] = [];
    for (const { path } of this.#sensors) values.push(parseTemperature(await readFile(path, 'latin1').catch(() => '')));
    this.#values = values;
  }
}
