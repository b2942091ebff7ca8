import type { AccessRole } from '../../model/access-role.js';
import type { ServerApp } from '../../server/create-server.js';
import type { PageContext } from '../serve-context.js';
import { addCheckRun } from './check-run.js';
import { addClientPages } from './client.js';
import { addChangesPage } from './changes.js';
import { addCheckPage } from './check.js';
import { addFleetPage } from './fleet.js';
import { addSharedPage } from './shared.js';
import { addOperatorPage } from './operator.js';
import { addProfilePages } from './profiles.js';

/** A page, or several that belong together. */
interface PageEntry {
  /** How the bar links to it; null where other pages do. */
  readonly link: { readonly href: string; readonly text: string; readonly needs?: AccessRole } | null;
  readonly add: (app: ServerApp, context: PageContext) => void;
}

/** All pages, in the order of the bar. */
export const PAGES: readonly PageEntry[] = [
  { link: { href: '/', text: 'Clients' }, add: addFleetPage },
  { link: null, add: addClientPages },
  { link: null, add: addCheckRun },
  { link: null, add: addSharedPage },
  { link: { href: '/changes', text: 'Changes' }, add: addChangesPage },
  { link: { href: '/check', text: 'Check', needs: 'operator' }, add: addCheckPage },
  { link: { href: '/profiles', text: 'Profiles' }, add: addProfilePages },
  { link: { href: '/operator', text: 'Operator' }, add: addOperatorPage },
];
