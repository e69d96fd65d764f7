// The page behind a client's secret link. The secret is the fragment of the address: the browser sends it to nobody but us.

const key = decodeURIComponent(location.hash.slice(1));
const DEADLINE_MS = 20_000;
const noConnection = 'The report could not be sent. Check your connection and try again, or call us.';

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
function find(id, kind) {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${id}.`);
}

const form = find('form', HTMLFormElement);
const reporter = find('reporter', HTMLInputElement);
const site = find('site', HTMLSelectElement);
const text = find('text', HTMLTextAreaElement);
const send = find('send', HTMLButtonElement);
const again = find('again', HTMLButtonElement);
const answer = find('answer', HTMLDivElement);

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { 'x-vigia-report-key': key, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(DEADLINE_MS),
    credentials: 'omit',
  });
  const document = await response.json();
  if (!response.ok) throw new Error(document.error?.message ?? noConnection);
  return document;
}

/**
 * @param {string} sentence
 * @param {boolean} isGood
 */
function show(sentence, isGood) {
  const paragraph = document.createElement('p');
  paragraph.className = isGood ? 'answer' : 'answer bad';
  paragraph.textContent = sentence;
  answer.replaceChildren(paragraph);
  answer.focus();
}

/** @param {unknown} error */
function showFailure(error) {
  const isOurs = error instanceof Error && !(error instanceof TypeError || error instanceof SyntaxError);
  show(isOurs ? error.message : noConnection, false);
}

async function open() {
  /** @type {{ client: string, sites: { id: string, name: string }[], notes: { at: string, by: string, text: string }[] }} */
  const { client, sites, notes } = await ask('GET', '/api/v1/portal');
  find('who', HTMLParagraphElement).textContent = client;
  const options = [{ id: '', name: 'I am not sure' }, ...sites].map(({ id, name }) => new Option(name, id));
  site.replaceChildren(...(sites.length === 1 ? options.slice(1) : options));
  find('site-field', HTMLDivElement).hidden = sites.length < 2;
  form.hidden = false;
  const items = notes.map(({ at, by, text }) => {
    const item = document.createElement('li');
    const head = document.createElement('p');
    head.className = 'note-head';
    const time = document.createElement('time');
    time.dateTime = at;
    time.textContent = new Date(at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
    head.append(time, `, ${by}`);
    const said = document.createElement('p');
    said.textContent = text;
    item.append(head, said);
    return item;
  });
  find('notes', HTMLUListElement).replaceChildren(...items);
  find('said', HTMLElement).hidden = items.length === 0;
}

async function submit() {
  send.disabled = true;
  try {
    const body = { reporter: reporter.value.trim(), text: text.value.trim(), siteId: site.value || null };
    const { sentence } = await ask('POST', '/api/v1/portal/reports', body);
    form.hidden = true;
    again.hidden = false;
    show(sentence, true);
  } catch (error) {
    showFailure(error);
  } finally {
    send.disabled = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});

again.addEventListener('click', () => {
  text.value = '';
  answer.replaceChildren();
  again.hidden = true;
  form.hidden = false;
  text.focus();
});

if (key === '') show('This address is not complete. Open the link exactly as you were given it.', false);
else open().catch(showFailure);
