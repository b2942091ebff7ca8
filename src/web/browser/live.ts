/*
 * Keeps a page up to date. The server tells that something is new; the page is then asked for again, and those of its
 * parts that are marked with `data-part` take the place of the old ones. Without this script a page is as it was loaded.
 * A result grows old without anything new, so the page is asked for now and then in any case; and if it cannot be had, the
 * page says that it is out of date.
 */

/** At most so often is a page asked for again, ms, where the server does not say how often. */
const GAP_MS = 1_500;

/** So often a page is asked for although nothing is new, ms. */
const CALM_MS = 5 * 60_000;

/** When a page that could not be had is asked for again, ms. */
const RETRY_MS = 15_000;

interface State {
  readonly version: string;
  /** Parts that are up to date by this alone, as HTML. */
  readonly html?: string;
  /** How long pages wait before they are asked for again, ms: the more look at them, the longer. */
  readonly gapMs?: number;
}

/** Of what the page shows; where the page does not say, it is asked for again at the first state. */
let version = document.body.dataset['version'] ?? '';
let gapMs = GAP_MS;
let due = false;
let busy = false;
/** Since when the page is as it is shown. */
let shownAt = new Date();
let next: ReturnType<typeof setTimeout> | undefined;
let source: EventSource | null = null;

function follow(path: string): void {
  source = new EventSource(path);
  source.addEventListener('state', (event) => {
    const state = JSON.parse((event as MessageEvent<string>).data) as State;
    gapMs = state.gapMs ?? GAP_MS;
    if (state.html !== undefined) replaceParts(state.html);
    if (state.version === version && !trouble.isConnected) return;
    version = state.version;
    void refresh();
  });
  // It may be that the server is gone, or no longer tells us; or a stream has come to its usual end.
  source.addEventListener('error', () => void refresh());
}

/** What says that the page is out of date. */
const trouble = document.createElement('div');
trouble.className = 'notice bad';
trouble.setAttribute('role', 'alert');

function tellTrouble(): void {
  trouble.textContent =
    `This page is out of date: it shows how things were at ${shownAt.toLocaleString()}. ` +
    'The server cannot be reached, or you are signed out. Load the page again.';
  if (!trouble.isConnected) document.getElementById('main')?.prepend(trouble);
}

async function refresh(): Promise<void> {
  due = true;
  if (busy || document.visibilityState === 'hidden') return;
  busy = true;
  while (due) {
    due = false;
    // Those who look at the same time hear of it at the same time, and are not to ask at the same time.
    const early = Math.random() * Math.max(0, gapMs - GAP_MS);
    await pause(early);
    const isDone = await askAgain().catch(() => false);
    if (isDone) trouble.remove();
    else tellTrouble();
    clearTimeout(next);
    next = setTimeout(() => void refresh(), Math.max(gapMs, isDone ? CALM_MS : RETRY_MS));
    await pause(gapMs - early);
  }
  busy = false;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks for the page, and shows it; false if it cannot be had. */
async function askAgain(): Promise<boolean> {
  const askedAt = new Date();
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return false;
  const fresh = replaceParts(await answer.text());
  shownAt = askedAt;
  document.dispatchEvent(new Event('parts-replaced'));
  const { live } = fresh.body.dataset;
  if (live !== undefined && source?.readyState === EventSource.CLOSED) follow(live);
  return true;
}

function replaceParts(html: string): Document {
  const fresh = new DOMParser().parseFromString(html, 'text/html');
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const name = part.dataset['part'] ?? '';
    const other = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!other || part.innerHTML === other.innerHTML) continue;
    const focused = listFocusable(part).indexOf(document.activeElement as HTMLElement);
    const opened = [...part.querySelectorAll('details')].map(({ open }) => open);
    part.replaceChildren(...other.childNodes);
    // What someone is just using stays as they have it.
    part.querySelectorAll('details').forEach((details, at) => (details.open ||= opened[at] ?? false));
    listFocusable(part)[focused]?.focus({ preventScroll: true });
  }
  return fresh;
}

/** What can be focused in a part, in order: what is there again is found by its place. */
function listFocusable(part: HTMLElement): HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>('a[href], button, summary, [tabindex]')];
}

const path = document.body.dataset['live'];
if (path !== undefined) {
  follow(path);
  next = setTimeout(() => void refresh(), CALM_MS);
  // What was missed meanwhile is asked for when the page is seen again.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refresh();
  });
}
