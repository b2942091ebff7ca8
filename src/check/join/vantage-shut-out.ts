import * as z from 'zod';
import { MAX_VANTAGES } from '../../model/finding.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import { PLAIN } from '../rules/rule.js';
import { listShutOut } from './facts.js';
import { defineJoinRule } from './join-rule.js';

const shutOutSchema = z.object({
  name: text(64),
  source: text(64).describe("which of the profile's sources it is"),
  how: z.enum(['silent', 'refused']).describe('nothing answered it; or it was refused, and nothing was open to it'),
  fits: z.boolean().describe('a restriction that the profile asks for looks like this as well'),
});

/** To one vantage the site shows nothing, and to another it does. */
export const vantageShutOut = defineJoinRule({
  id: 'vantage-shut-out',
  title: 'A vantage is shut out or filtered',
  explain:
    'The site shows nothing to one vantage, while another gets answers: nothing at all answers the first, or what has to be open to it is refused and nothing else is open. Something on the way blocks or filters it, so what it did not see may be open to others at its place. Where the site answers only whom the profile lets in, silence to all others is how a restriction that holds looks. But a block of just this vantage looks the same, so that alone it stays inconclusive: let the router answer ping, name a service that always answers (`--alive`), or have someone accept the silence (`sallyport waive CLIENT no-sign-of-life`). Silence to a vantage of the same source as one that gets answers cannot be accepted.',
  about: 'gap',
  fixedBy: ['dealer', 'router'],
  severity: 'medium',
  find(facts) {
    const shut = listShutOut(facts).slice(0, MAX_VANTAGES);
    if (shut.length === 0) return {};
    const vantages = shut.map((one) => ({ ...one, name: cutText(one.name, 64), source: cutText(one.source, 64) }));
    const heard = facts.viewers.filter(
      (viewer) => viewer.facts.heard && !shut.some(({ name }) => name === viewer.name),
    );
    const data = { vantages, answered: heard.slice(0, MAX_VANTAGES).map(({ name }) => cutText(name, 64)) };
    return { findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data }] };
  },
  data: z.object({
    vantages: z.array(shutOutSchema).min(1).max(MAX_VANTAGES),
    answered: z.array(text(64)).max(MAX_VANTAGES).describe('the vantages that get answers'),
  }),
  say({ data: { vantages, answered } }) {
    const fits = vantages.every((one) => one.fits);
    const names = listSome(vantages.map(({ name }) => name));
    const others = answered.length > 0 ? listSome(answered) : 'another vantage';
    return {
      ...PLAIN,
      title: fits
        ? `Nothing answered ${names}, while ${others} got answers: restricted, or shut out`
        : `Shut out or filtered: ${names}, while ${others} got answers`,
      seen: [saySilent(vantages), sayRefused(vantages)].filter(Boolean).join(' '),
      matters: fits
        ? 'This fits a restriction that holds: the line is up, the address is right, and the site answers whom it should. It does not prove it: a block of just this vantage looks the same, and others at its place may get in.'
        : 'What is closed to that vantage may be open to others at its place: a block, or a filter on the way, hides it.',
      remedy: fits
        ? 'Let the router answer ping, name a service of the site that always answers, or have someone accept the silence by name.'
        : 'Have the address of the vantage exempted from blocking, or look from another network. Then check again.',
    };
  },
});

type Shut = z.infer<typeof shutOutSchema>;

function saySilent(vantages: readonly Shut[]): string {
  const names = listShut(vantages, 'silent');
  return names && `Nothing answered ${names}, not even with a refusal.`;
}

function sayRefused(vantages: readonly Shut[]): string {
  const names = listShut(vantages, 'refused');
  return names && `Nothing is open to ${names}, not even what may be open to it, or is open to others of its source.`;
}

function listShut(vantages: readonly Shut[], how: Shut['how']): string {
  const shut = vantages.filter((one) => one.how === how);
  return shut.length === 0
    ? ''
    : listNames(shut.map(({ name, source }) => `${quote(name, 32)} (${quote(source, 32)})`));
}

function listSome(names: readonly string[]): string {
  return listNames(
    names.map((name) => quote(name, 32)),
    3,
  );
}
