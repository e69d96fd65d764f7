import { basename } from 'node:path';

/** How an interpreter reads its own options. Lists are of whole words as one types them, with blanks between. */
interface Reading {
  readonly programs: RegExp;
  /** What an option begins with; a hyphen unless said. */
  readonly sign?: RegExp;
  /** One letter is an option, several may share a word: `-uW ignore`. Otherwise a word is one option: `-cp`. */
  readonly hasLetters?: boolean;
  readonly ignoresCase?: boolean;
  /** Options whose value is the next word, or the rest of theirs. */
  readonly values?: string;
  /** Options whose value is what runs. */
  readonly scripts?: string;
  /** Options that bring the program's text, or have it read from standard input: no file runs. */
  readonly texts?: string;
  /** Letters whose value is the rest of their word and never the next one. */
  readonly attached?: string;
  /** Words that come before what runs: `run`. */
  readonly commands?: string;
  /** Commands that run no file. */
  readonly others?: string;
}

const readings: readonly Reading[] = [
  {
    programs: /^(ba|da|a|z|k|mk|c|tc)?sh$/,
    sign: /^[-+]/,
    hasLetters: true,
    values: '-o -O +o +O --rcfile --init-file',
    texts: '-c -s',
  },
  {
    programs: /^fish$/,
    hasLetters: true,
    values: '-C -d -D -f -o -p --init-command --debug --debug-output --features --profile --profile-startup',
    texts: '-c --command',
  },
  {
    programs: /^(python|pypy)[\d.]*t?$/,
    hasLetters: true,
    values: '-W -X -Q --check-hash-based-pycs',
    scripts: '-m',
    texts: '-c',
  },
  { programs: /^perl[\d.]*$/, hasLetters: true, values: '-I', texts: '-e -E', attached: 'CDFMVimx:' },
  {
    programs: /^ruby[\d.]*$/,
    hasLetters: true,
    values: '-C -E -I -X -r --enable --disable --encoding --external-encoding --internal-encoding',
    texts: '-e',
    attached: 'FKTWix',
  },
  {
    programs: /^php[\d.]*(-cgi|-fpm)?$/,
    hasLetters: true,
    values: '-S -b -c -d -t -z --server --docroot --bindpath --php-ini --define --zend-extension',
    scripts: '-f -F --file --process-file',
    texts: '-B -E -R -r --run --process-begin --process-code --process-end',
  },
  { programs: /^lua[\d.]*$/, hasLetters: true, values: '-e -l' },
  { programs: /^tclsh[\d.]*$/, values: '-encoding' },
  {
    programs: /^guile[\d.]*$/,
    values: '-C -L -e -l -x',
    scripts: '-s -ds',
    texts: '-c',
  },
  { programs: /^raku$/, hasLetters: true, values: '-I -M', texts: '-e' },
  { programs: /^Rscript$/, texts: '-e' },
  { programs: /^R$/, values: '-d -g -e --debugger --gui --args', scripts: '-f --file' },
  {
    programs: /^node(js)?$/,
    values:
      '-C -r --conditions --disable-warning --env-file --env-file-if-exists --experimental-loader --icu-data-dir --import ' +
      '--input-type --loader --openssl-config --redirect-warnings --require --title --trace-event-categories --watch-path',
    texts: '-e -p -pe --eval --print --run',
    commands: 'inspect',
  },
  {
    programs: /^bun$/,
    values:
      '-F -d -l -r --conditions --config --cwd --define --env-file --filter --import --loader --port --preload --require ' +
      '--shell --title --tsconfig-override',
    texts: '-e -p --eval --print',
    commands: 'run x',
    others: 'add build install repl test',
  },
  {
    programs: /^deno$/,
    values:
      '-L -c --cert --config --conditions --env-file-path --ext --host --import-map --location --log-level --port --preload ' +
      '--seed',
    commands: 'run serve task',
    others: 'eval repl lsp test bench jupyter',
  },
  {
    programs: /^java$/,
    // A file of further options is given as `@file`.
    sign: /^[-@]/,
    values:
      '-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules --limit-modules --add-reads ' +
      '--add-exports --add-opens --patch-module --enable-native-access --source',
    scripts: '-jar -m --module',
  },
  {
    programs: /^dotnet$/,
    values: '--additional-deps --additionalprobingpath --depsfile --fx-version --roll-forward --runtimeconfig',
    commands: 'exec',
    others: 'build build-server msbuild new nuget pack publish restore run test tool vstest watch',
  },
  { programs: /^mono$/, values: '--config' },
  {
    programs: /^pwsh$/,
    ignoresCase: true,
    values:
      '-configurationfile -configurationname -custompipename -ep -ex -executionpolicy -inp -if -inputformat -o -of ' +
      '-outputformat -settings -settingsfile -v -version -w -windowstyle -wd -workingdirectory',
    scripts: '-f -file',
    texts: '-c -command -cwa -commandwithargs -e -ec -enc -encodedcommand',
  },
  { programs: /^(busybox|toybox|elixir|escript)$/ },
];

const listed = (list: string | undefined, option: string): boolean => list?.split(' ').includes(option) ?? false;

/**
 * What a program that runs what it is given was given to run, as its command line says it: a script, a module, a class or an
 * archive. Undefined for every other program, and where the line names none, as behind `-c`.
 *
 * @param program path or name
 * @param words of the command line, without the program
 */
export function scriptOf(program: string, words: readonly string[]): string | undefined {
  const name = basename(program);
  // Everything before `-extra` is for the virtual machine of Erlang, where each option takes as many values as follow it.
  if (name === 'beam.smp')
    return words.includes('-extra') ? firstPlain(words.slice(words.indexOf('-extra') + 1)) : undefined;
  const reading = readings.find(({ programs }) => programs.test(name));
  return reading === undefined ? undefined : readScript(reading, words);
}

/** Whether it is a program that runs what it is given. */
export function isInterpreter(program: string): boolean {
  const name = basename(program);
  return name === 'beam.smp' || readings.some(({ programs }) => programs.test(name));
}

const firstPlain = (words: readonly string[]): string | undefined => words.find((word) => !word.startsWith('-'));

function readScript(reading: Reading, words: readonly string[]): string | undefined {
  const { sign = /^-/, commands, others } = reading;
  let isCommandDue = true;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return words[index + 1];
    // What is read from standard input is no file.
    if (word === '-') return undefined;
    if (sign.test(word)) {
      const option = readOption(reading, word);
      if (option.brings === 'text') return undefined;
      if (option.brings === 'script') return option.value ?? words[index + 1];
      if (option.brings === 'value' && option.value === undefined) index += 1;
    } else if (isCommandDue && listed(others, word)) {
      return undefined;
    } else if (isCommandDue && listed(commands, word)) {
      isCommandDue = false;
    } else {
      return word;
    }
  }
  return undefined;
}

interface Option {
  readonly brings: 'nothing' | 'value' | 'script' | 'text';
  /** Undefined if it is the next word. */
  readonly value?: string | undefined;
}

function readOption(reading: Reading, typed: string): Option {
  const word = reading.ignoresCase === true ? typed.toLowerCase() : typed;
  const isCluster = reading.hasLetters === true && !word.startsWith('--');
  if (isCluster) return readLetters(reading, word);
  const equals = word.indexOf('=');
  if (equals < 0) return { brings: kindOf(reading, word) };
  return { brings: kindOf(reading, word.slice(0, equals)), value: typed.slice(equals + 1) };
}

function readLetters(reading: Reading, word: string): Option {
  const [sign = '', ...letters] = word;
  for (const [index, letter] of letters.entries()) {
    if (reading.attached?.includes(letter) === true) break;
    const brings = kindOf(reading, sign + letter);
    const rest = letters.slice(index + 1).join('');
    if (brings !== 'nothing') return { brings, value: rest === '' ? undefined : rest };
  }
  return { brings: 'nothing' };
}

function kindOf({ values, scripts, texts }: Reading, option: string): Option['brings'] {
  if (listed(texts, option)) return 'text';
  if (listed(scripts, option)) return 'script';
  return listed(values, option) ? 'value' : 'nothing';
}
