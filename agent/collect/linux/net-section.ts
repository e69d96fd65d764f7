import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import { instanceName } from '../instance.ts';
import { describeAll, type Section, sameList } from '../section.ts';
import { type FileReader, utf8 } from './files.ts';
import { isRealInterface, parseNetDev } from './net-dev.ts';

/** More would not fit a schema beside disks and file systems. */
const MAX_INTERFACES = 64;

/** `net.*`, in the order of /proc/net/dev. */
export class NetSection implements Section {
  metrics: readonly MetricDescriptor[] = [];
  readonly #files: FileReader;
  readonly #path: string;
  #names: readonly string[] = [];

  constructor(files: FileReader, procRoot: string) {
    this.#files = files;
    this.#path = `${procRoot}/net/dev`;
  }

  sample(): readonly (number | null)[] {
    const interfaces = parseNetDev(this.#files.textAgain(this.#path) ?? '', isRealInterface).slice(0, MAX_INTERFACES);
    const names = interfaces.map((each) => each.name);
    if (!sameList(names, this.#names)) {
      this.#names = names;
      const instances = names.map((name) => instanceName(utf8(name)));
      this.metrics = describeAll(['net.rxBytes', 'net.txBytes', 'net.rxErrors', 'net.txErrors'], instances);
    }
    return interfaces.flatMap((each) => [each.rxBytes, each.txBytes, each.rxErrors, each.txErrors]);
  }
}
