import { instanceName } from '../instance.ts';
import { type FileReader, listFolder, utf8 } from './files.ts';

/** A temperature, in thousandths of a degree Celsius in `path`. */
export interface Sensor {
  /** `coretemp/Package id 0`, `nvme/Composite`, `drivetemp/temp1`; `#2` is added to the second of a name. */
  readonly name: string;
  readonly path: string;
}

/** More would not fit a schema beside disks and interfaces. */
const MAX_SENSORS = 64;

/**
 * At most {@link MAX_SENSORS} of the temperatures of /sys/class/hwmon, or where it has none (small ARM
 * boards, some virtual machines) of the thermal zones; the temperatures of disks come first.
 */
export function listSensors(files: FileReader, sysRoot: string): readonly Sensor[] {
  const hwmon = listHwmon(files, `${sysRoot}/class/hwmon`);
  const found = hwmon.length > 0 ? hwmon : listThermalZones(files, `${sysRoot}/class/thermal`);
  const seen = new Map<string, number>();
  const named = found.map((sensor) => {
    const count = (seen.get(sensor.name) ?? 0) + 1;
    seen.set(sensor.name, count);
    return { path: sensor.path, name: instanceName(count === 1 ? sensor.name : `${sensor.name}#${count}`) };
  });
  if (named.length <= MAX_SENSORS) return named;
  const kept = new Set(named.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_SENSORS));
  return named.filter((sensor) => kept.has(sensor));
}

/** Where there are too many: each disk's own temperature before boards and packages, a disk's further ones, and single cores. */
function rank({ name }: Sensor): number {
  const [chip = '', channel = ''] = name.split('/', 2);
  if (chip === 'drivetemp' || chip === 'nvme') return channel.startsWith('Sensor ') ? 2 : 0;
  return /^(Core \d+|Tccd\d+|temp\d{2,})(#\d+)?$/.test(channel) ? 3 : 1;
}

function listHwmon(files: FileReader, folder: string): readonly Sensor[] {
  return listFolder(folder).flatMap((chip) => {
    const name = label(files, `${folder}/${chip}/name`) ?? chip;
    const inputs = listFolder(`${folder}/${chip}`).filter((file) => file.startsWith('temp') && file.endsWith('_input'));
    return inputs.map((input) => {
      const channel = input.slice(0, -'_input'.length);
      return {
        name: `${name}/${label(files, `${folder}/${chip}/${channel}_label`) ?? channel}`,
        path: `${folder}/${chip}/${input}`,
      };
    });
  });
}

function listThermalZones(files: FileReader, folder: string): readonly Sensor[] {
  const zones = listFolder(folder).filter((zone) => zone.startsWith('thermal_zone'));
  return zones.map((zone) => ({
    name: label(files, `${folder}/${zone}/type`) ?? zone,
    path: `${folder}/${zone}/temp`,
  }));
}

function label(files: FileReader, path: string): string | undefined {
  return utf8(files.text(path) ?? '').trim() || undefined;
}

/** Degrees Celsius, or null for nonsense: an input that is not connected reads as -128, 0 kelvin or the highest number. */
export function parseTemperature(text: string): number | null {
  const celsius = Number.parseInt(text, 10) / 1000;
  return celsius > -100 && celsius < 250 ? celsius : null;
}
