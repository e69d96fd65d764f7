/** One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  /** `major:minor` of the file system, the same for every bind mount and subvolume of it. */
  readonly device: string;
  /** The folder of the file system that is seen there: `/` for the whole of it, another for a bind mount or a subvolume. */
  readonly root: string;
  /** Bytes, one character each, with the kernel's escapes undone. */
  readonly mountpoint: string;
  readonly type: string;
  readonly source: string;
  /** Options of the file system itself, not of this mount of it. */
  readonly superOptions: readonly string[];
}

/** Every mount, in the order of mounting. Lines that make no sense are passed over. */
export function parseMountinfo(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    // Between the sixth column and the dash stands any number of optional ones.
    const dash = line.indexOf(' - ');
    if (dash < 0) continue;
    const [, , device, root, mountpoint] = line.slice(0, dash).split(' ', 5);
    const [type, source, superOptions] = line.slice(dash + 3).split(' ');
    if (
      device === undefined ||
      root === undefined ||
      mountpoint === undefined ||
      type === undefined ||
      source === undefined
    )
      continue;
    mounts.push({
      device,
      root: unescapeOctal(root),
      mountpoint: unescapeOctal(mountpoint),
      type,
      source: unescapeOctal(source),
      superOptions: (superOptions ?? '').split(','),
    });
  }
  return mounts;
}

/** Undoes the kernel's `\ooo` for blank, tab, newline, backslash and hash. */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const code = text[i] === '\\' ? Number.parseInt(text.slice(i + 1, i + 4), 8) : Number.NaN;
    if (Number.isNaN(code)) plain += text[i];
    else {
      plain += String.fromCharCode(code);
      i += 3;
    }
  }
  return plain;
}
