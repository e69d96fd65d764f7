import type { CertificateFacts } from '../../platform/http/http.ts';

export interface InstallCommands {
  readonly installCommand: string;
  readonly removeCommand: string;
  readonly enrollCommand: string;
}

/** The exit code of the lines when the script itself cannot be fetched; the others stand in deploy/agent.sh. */
const NO_SCRIPT = 10;

/**
 * The lines that a person pastes into a shell of the machine to be watched. `curl` checks the pin of a self-signed
 * certificate's key, so that nobody on the way can replace the script that then runs as root. A fetch that fails hands the
 * shell an `exit`, since a pipe ends with the code of its last command and an empty script would count as success. Where
 * there is no `sudo`, the line is run as root and the shell comes first. Agents of a site may tell whether a neighbour answers,
 * unless that word is taken out of the line.
 *
 * The token goes the way of the script, as its first line: `echo` is of the shell itself, so no list of processes and no log of
 * `sudo` shows it.
 */
export function installCommands(base: string, token: string, certificate: CertificateFacts | null): InstallCommands {
  const pin = certificate?.selfSigned ? certificate.spkiPin : null;
  const pinned = pin === null ? '' : ` -k --pinnedpubkey ${quote(pin)}`;
  const scheme = base.startsWith('https:') ? " --proto '=https'" : '';
  const fetch = `(curl -fsSL${pinned}${scheme} ${quote(`${base}/install/agent.sh`)} || echo exit ${NO_SCRIPT})`;
  const run = '$(command -v sudo) sh -s --';
  const server = `--server ${quote(base)}`;
  const more = `--allow probe-peers${pin === null ? '' : ` --pin ${quote(pin)}`}`;
  return {
    installCommand: `${fetch} | (echo VIGIA_TOKEN=${quote(token)}; cat) | ${run} install ${server} ${more}`,
    removeCommand: `${fetch} | ${run} remove`,
    enrollCommand: `echo ${quote(token)} | npx vigia agent enroll ${server} --token-file - --allow probe-peers`,
  };
}

/** One word of a POSIX shell, whatever it holds. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
