import type { ProfileService } from '../../model/profile.js';
import { cutText } from '../../words/sentence.js';
import type { Seen } from './facts.js';
import { keepAnswer, sayAnswer } from './opening.js';

// Until the rules of sites import them from there themselves, and keep data instead.
export { cutText, listNames, lowerFirst, quote, upperFirst } from '../../words/sentence.js';

/** A service's title, short enough to stand in a sentence. */
export function nameService(service: ProfileService): string {
  return cutText(service.title, 80);
}

/** Who answered, as certain as the evidence. */
export function describeAnswer(seen: Seen): string {
  return sayAnswer(keepAnswer(seen));
}
