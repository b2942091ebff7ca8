import { type Nature, recogniseNature } from './nature.js';
import { findHelperHandshakes, isTrustedAmongTarpits, opensEverywhere, strongestOpen, type Seen } from './trust.js';
import { isRandomCanary } from '../../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import { isControlLost, isTurned, isVouchedByEcho, wasHeard } from '../../model/answer-kind.js';
import { type Access, accessOf, indexServices, type Profile, type ProfileService } from '../../model/profile.js';
import { type Recheck, type State, STATES, type Survey } from '../../model/report.js';

/** An open endpoint, with what the profile says of it and what seems to answer there. */
export interface Opening {
  readonly endpoint: EndpointId;
  readonly seen: Seen;
  readonly service: ProfileService | undefined;
  readonly access: Access;
  readonly nature: Nature;
}

/** What the rules look at: derived once from a survey and a profile. */
export interface Facts {
  readonly survey: Survey;
  readonly profile: Profile;
  /** Which source of the profile the check runs from. */
  readonly source: string;
  /** What the profile says of a service from our source. */
  readonly serviceAccess: (service: ProfileService) => Access;
  /** Open endpoints whose openness can be trusted, one entry an endpoint. */
  readonly open: readonly Opening[];
  /** TCP endpoints whose handshake proves nothing, since ports that no one uses complete one too. */
  readonly untrusted: readonly EndpointId[];
  /** Random high TCP ports, which no one forwards; tcp/2000 is not among them. */
  readonly tcpCanaries: readonly Seen[];
  readonly udpCanaries: readonly Seen[];
  /** A tarpit or a SYN proxy answers: TCP handshakes prove nothing. */
  readonly everyPortOpens: boolean;
  /** The address itself was heard, even if only with a refusal. */
  readonly heard: boolean;
  /** What shows that the line works where nothing was heard: echoes, unless a service that always answers is silent. */
  readonly vouched: boolean;
  /** The service that always answers, where the profile names one and it did not. */
  readonly missingSign: EndpointId | null;
  /** Whether anything can be judged from where we look: `broken`, or `inside` the site itself. */
  readonly vantage: 'fit' | 'broken' | 'inside';
  /** What had answered, and answered in another way or not at all when asked again: we were shut out. */
  readonly turned: Recheck | null;
  /** There is an address, and something of it was looked at. */
  readonly looked: boolean;
}

/** Derives what the rules look at. Total: any survey and profile that fit the model will do. */
export function deriveFacts(given: Survey, profile: Profile): Facts {
  const observations = [...given.observations].sort(compareSeen);
  const survey = { ...given, observations };
  const { vantage, liveness, target } = survey;
  const services = indexServices(profile);
  const serviceAccess = (service: ProfileService) => accessOf(service, vantage.source, profile.unlisted);
  const mayReachAdmin = (id: string) =>
    profile.services.some((service) => service.id === id && serviceAccess(service) !== 'must-not');
  const answersAlways = ({ endpoint, state }: Seen) => endpoint === profile.alive && state === 'open';
  const missingSign = profile.alive && !observations.some(answersAlways) ? profile.alive : null;
  const canaries = observations.filter(isRandomCanary);
  const tcpCanaries = canaries.filter(({ endpoint }) => endpoint.startsWith('tcp/'));
  const everyPortOpens = opensEverywhere(tcpCanaries);
  const opened = strongestOpen(observations);
  const isTrusted = (seen: Seen) => !everyPortOpens || isTrustedAmongTarpits(seen, tcpCanaries);
  const trusted = opened.filter(isTrusted);
  const helped = findHelperHandshakes(trusted);
  return {
    survey,
    profile,
    source: vantage.source,
    serviceAccess,
    open: trusted.map((seen) => {
      const { endpoint } = seen;
      const service = services.get(endpoint);
      const unlisted = endpoint === profile.alive ? 'may' : profile.unlisted;
      const access = service ? serviceAccess(service) : unlisted;
      const nature = recogniseNature(seen, { service, access, helper: helped.has(endpoint), mayReachAdmin });
      return { endpoint, seen, service, access, nature };
    }),
    untrusted: opened.filter((seen) => !isTrusted(seen)).map((seen) => seen.endpoint),
    tcpCanaries,
    udpCanaries: canaries.filter((seen) => !tcpCanaries.includes(seen)),
    everyPortOpens,
    heard: wasHeard(survey),
    vouched: isVouchedByEcho(liveness) && missingSign === null,
    missingSign,
    vantage: judgeVantage(survey),
    turned: liveness.recheck.find(isTurned) ?? null,
    looked: target.address !== null && target.problem === null && countAll(survey) > 0,
  };
}

/** An order that does not depend on which answer came first, nor on which ports were chosen at random. */
function compareSeen(a: Seen, b: Seen): number {
  return (
    Number(isRandomCanary(a)) - Number(isRandomCanary(b)) ||
    compareEndpointIds(a.endpoint, b.endpoint) ||
    (a.probe < b.probe ? -1 : Number(a.probe > b.probe))
  );
}

/** Open endpoints of one nature that the profile forbids us. */
export function exposedAs(facts: Facts, nature: Nature): Opening[] {
  return facts.open.filter((opening) => opening.nature === nature && opening.access === 'must-not');
}

/** How many endpoints were seen in a state, those that the survey only counts included. */
export function countState({ observations, unlisted }: Survey, state: State): number {
  return observations.filter((seen) => seen.state === state).length + countUnlisted(unlisted, state);
}

/** How many endpoints in a state the survey counts without listing them. */
export function countUnlisted(unlisted: Survey['unlisted'], state: State): number {
  const counts = Object.entries(unlisted).filter(([key]) => key.split('/', 1)[0] === state);
  return counts.reduce((sum, [, count]) => sum + Math.max(0, count), 0);
}

function countAll(survey: Survey): number {
  return STATES.reduce((sum, state) => sum + countState(survey, state), 0);
}

function judgeVantage(survey: Survey): Facts['vantage'] {
  const { vantage, target, observations } = survey;
  const allFailed = countState(survey, 'error') === countAll(survey);
  if (isControlLost(vantage) || (allFailed && observations.some(({ reason }) => reason !== 'cut-off'))) return 'broken';
  return vantage.ownAddress && target.scope !== 'loopback' ? 'inside' : 'fit';
}
