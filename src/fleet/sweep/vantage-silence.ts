import { listSilentTo } from '../changes/sightings.js';
import type { SlotState } from '../../model/change.js';
import type { ReportData, VantageLook } from '../../model/report.js';
import type { VantageHearing } from '../../model/work-status.js';
import { quote } from '../../words/sentence.js';
import { MassSilence } from './mass-silence.js';

/** So many sites that are heard as before, and none that is not, show before the end of a sweep that a vantage hears. */
const ENOUGH_HEARD = 20;

/** What a look is to several vantages. */
export interface VantageView {
  /** The looks of all, where some are taken for blind, without theirs; null if none is. */
  readonly without: readonly VantageLook[] | null;
  /** The site showed life to a vantage before, and does not now, while another one sees it. */
  readonly isDoubtful: boolean;
}

/**
 * Counts, for each of several vantages, the sites that showed life to it before and show it none now. A vantage to which
 * that happens at many at once, while others see, is more likely blind than shut out by all of them: what it does not
 * see says nothing of the site.
 */
export class VantageSilence {
  readonly #counts = new Map<string, MassSilence>();
  readonly #told = new Set<string>();

  /**
   * What a look counts for; a first one of a slot is counted as well. That which no vantage sees is no one's blindness: it
   * says nothing of any of them, and is judged as a whole.
   */
  view(before: SlotState | null, report: ReportData, isFirst: boolean): VantageView {
    const now = Object.entries(listSilentTo(report, before ?? {}));
    if (isFirst && now.some(([, isSilent]) => !isSilent)) this.#note(before, now);
    const silent = now.flatMap(([name, isSilent]) => (isSilent ? [name] : []));
    const blind = silent.filter((name) => this.#counts.get(name)?.isLikely);
    const isDoubtful = silent.length < now.length && silent.some((name) => before?.silentTo?.[name] === false);
    if (blind.length === 0 || blind.length === now.length) return { without: null, isDoubtful };
    const looks = (report.vantages ?? []).map((look) =>
      blind.includes(look.name) ? { ...look, report: null, trouble: this.#describe(look.name) } : look,
    );
    return { without: looks, isDoubtful };
  }

  #note(before: SlotState | null, now: readonly (readonly [name: string, isSilent: boolean])[]): void {
    for (const [name, isSilent] of now) {
      const known = before?.silentTo?.[name];
      let count = this.#counts.get(name);
      if (!count) this.#counts.set(name, (count = new MassSilence()));
      count.note(known === undefined ? null : { silent: known }, !isSilent);
    }
  }

  /** The vantages that are taken for blind since this was last asked, and what to say of each. */
  listNew(): { readonly name: string; readonly detail: string }[] {
    const names = [...this.#counts].flatMap(([name, { isLikely }]) =>
      isLikely && !this.#told.has(name) ? [name] : [],
    );
    for (const name of names) this.#told.add(name);
    return names.map((name) => ({
      name,
      detail:
        `${this.#describe(name)}: that is more likely its own line than theirs. Where it hears nothing, it counts as not ` +
        'having looked: clients are judged by the other vantages, and nothing that it knows open counts as closed. Check ' +
        'the network of its workers, and give them --control',
    }));
  }

  /** How those vantages hear of which that is clear by now; once all looks are made, all that heard any site. */
  listHearing(isOver: boolean): VantageHearing[] {
    return [...this.#counts].flatMap(([vantage, { fallen: silent, known, heard, isLikely: isBlind }]) => {
      const hears = isOver ? heard > 0 : heard >= ENOUGH_HEARD && silent === 0;
      return isBlind || hears ? [{ vantage, silent, known, isBlind }] : [];
    });
  }

  #describe(name: string): string {
    const { fallen, known } = this.#counts.get(name)!;
    return `${fallen} of ${known} clients that showed life to ${quote(name, 32)} before are silent to it now`;
  }
}
