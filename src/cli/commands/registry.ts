import type { Command } from '../kit/command.js';

/** A command before it is loaded: what help shows of all of them. */
export interface CommandEntry {
  /** What it does, in one line. */
  readonly title: string;
  /** Loads it, with all that it alone needs. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command by its name, in the order in which help lists them. */
export const COMMANDS = {
  check: { title: 'Check public addresses from outside', load: () => import('./check.js') },
  lan: {
    title: "Check a customer's network from inside: gateways and port mappings",
    load: () => import('./lan.js'),
  },
  preinstall: {
    title: 'Verify a site from inside and outside before the phone system goes in',
    load: () => import('./preinstall.js'),
  },
  sweep: { title: 'Check all clients of an inventory, and show what changed', load: () => import('./sweep.js') },
  watch: {
    title: 'Sweep the clients of an inventory on their schedules, until you stop it',
    load: () => import('./watch.js'),
  },
  serve: {
    title: 'Serve pages of all clients, with their API, and sweep on schedules',
    load: () => import('./serve.js'),
  },
  coordinator: {
    title: 'Sweep on schedules through workers at several vantages, until you stop it',
    load: () => import('./coordinator.js'),
  },
  worker: { title: 'Look at clients from here, for a coordinator', load: () => import('./worker.js') },
  workers: {
    title: 'List coordinators and workers, what they are at, and the orders that wait',
    load: () => import('./workers.js'),
  },
  clients: { title: 'List all clients with their verdicts, the worst first', load: () => import('./clients.js') },
  show: { title: 'Show the last report of a client, or that of a given time', load: () => import('./show.js') },
  report: {
    title: 'Write a report to hand over: a page for the customer, and the evidence',
    load: () => import('./report.js'),
  },
  history: {
    title: 'Show the checks of a client, newest first, and the changes between them',
    load: () => import('./history.js'),
  },
  diff: {
    title: 'Show what changed at a client, or at all of them between two sweeps',
    load: () => import('./diff.js'),
  },
  changes: {
    title: 'Show what changed at all clients in a time, the newest first',
    load: () => import('./changes.js'),
  },
  sweeps: { title: 'List the sweeps and what they came to, the newest first', load: () => import('./sweeps.js') },
  judge: {
    title: 'Judge the results of a sweep again, by another profile or newer rules; sends nothing',
    load: () => import('./judge.js'),
  },
  explain: {
    title: 'Explain a rule: what it looks at, and what its finding means',
    load: () => import('./explain.js'),
  },
  client: {
    title: 'Retire a client, give it another id, or forget it: its records in the store',
    load: () => import('./client.js'),
  },
  waive: {
    title: 'Accept a finding at a client until a given day; anything worse is still reported',
    load: () => import('./waive.js'),
  },
  waivers: { title: 'List waivers, or revoke one', load: () => import('./waivers.js') },
  checklist: {
    title: 'Go through the hardening that no packet shows, and record who attested it',
    load: () => import('./checklist.js'),
  },
  profile: {
    title: 'List, show, explain or validate profiles of what may be reachable',
    load: () => import('./profile.js'),
  },
  inventory: { title: 'Validate, list or convert the inventory of clients', load: () => import('./inventory.js') },
  alert: { title: 'Test alert channels; list and send the messages that wait', load: () => import('./alert.js') },
  key: {
    title: 'Make a key that signs reports, or show the id of one',
    load: () => import('./key.js'),
  },
  verify: {
    title: 'Verify that a signed report is what was measured, and by whose key',
    load: () => import('./verify.js'),
  },
  store: {
    title: 'Maintain the store of results: info, check, prune, backup, restore',
    load: () => import('./store.js'),
  },
  vantage: {
    title: 'Run the server that checks a site from outside, or make and revoke its tokens',
    load: () => import('./vantage.js'),
  },
  credential: {
    title: 'Judge a credential from a hidden prompt or standard input, or propose one',
    load: () => import('./credential.js'),
  },
  demo: { title: 'Check simulated sites on this machine', load: () => import('./demo.js') },
  completion: { title: 'Print a completion script for bash or zsh', load: () => import('./completion.js') },
} as const satisfies Record<string, CommandEntry>;

/** The entry of a command; undefined if there is none of this name. */
export function findCommand(name: string): CommandEntry | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
}
