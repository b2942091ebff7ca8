import type { HttpEvidence } from '../../model/evidence.js';
import { type Fingerprint, quoteSent } from './fingerprint.js';

const MODEL = /(?<![A-Z0-9])(?:SL1100|SL2100|SV8100|SV9100)(?![A-Z0-9])/gi;
const IMAGE = /[^"'\s<>()]{1,128}\.(?:png|gif|jpe?g)(?![\w.])/gi;
const VERSION = /(?<![0-9.])[0-9]{1,2}\.[0-9]{2}\.[0-9]{2}(?=[ \t\r\n]{0,8}<\/td>)/i;
/** A tag, or the rest of one at the beginning. */
const TAG = /<[^>]*>|^[^<>]*>/g;
/** Characters before the version in which a model name belongs to it. */
const BEFORE_VERSION = 200;

/**
 * WebPro, the HTTP administration of NEC's SL and SV systems, on whatever port. One mark is a hint, two are proof.
 * The version is the one that the login page shows; the model is told only where a page names exactly one.
 */
export const necWebpro: Fingerprint = {
  id: 'nec-webpro',
  title: 'NEC WebPro administration',
  identify({ evidence: { http, login } }) {
    const pages = [login, http].filter((page) => page !== undefined);
    const server = pages.map((page) => page.server ?? '').find((text) => /^Henry\//i.test(text));
    const title = pages.map((page) => page.title ?? '').find((text) => /^WebPro$/i.test(text.trim()));
    const frames = pages.some(hasFrames);
    const version = pages.map(({ body }) => VERSION.exec(body)?.[0]).find((text) => text !== undefined) ?? null;
    const marks = [
      ...(server === undefined ? [] : [`HTTP Server ${quoteSent(server)}`]),
      ...(title === undefined ? [] : [`title ${quoteSent(title)}`]),
      ...(frames ? ['frames banFrm and mainFrm with Banner.htm or Login.htm'] : []),
    ];
    if (marks.length === 0) return null;
    if (version !== null) marks.push(`version ${quoteSent(version)} before the end of a table cell`);
    const model = findModel(pages);
    return {
      kind: 'nec-webpro',
      label: [`NEC WebPro${model ? `, ${model.name}` : ' family'}`, version].filter((part) => part !== null).join(', '),
      model: model?.name ?? null,
      version,
      confidence: marks.length > 1 ? 'certain' : frames ? 'likely' : 'possible',
      basis: model === null ? marks : [...marks, model.basis],
    };
  },
};

function hasFrames({ body }: HttpEvidence): boolean {
  return /banFrm/i.test(body) && /mainFrm/i.test(body) && /(?:Banner|Login)\.htm/i.test(body);
}

/** The one model that image paths name, or else the text in front of the version. */
function findModel(pages: readonly HttpEvidence[]): { name: string; basis: string } | null {
  const images = pages.flatMap(({ body }) => body.match(IMAGE) ?? []);
  const texts = pages.map(({ body }) => {
    const at = body.search(VERSION);
    return body.slice(Math.max(at - BEFORE_VERSION, 0), Math.max(at, 0)).replace(TAG, ' ');
  });
  return namedOnce(images, 'image path') ?? namedOnce(texts, 'text before the version');
}

function namedOnce(texts: readonly string[], where: string): { name: string; basis: string } | null {
  const names = new Set(texts.flatMap((text) => text.match(MODEL) ?? []).map((name) => name.toUpperCase()));
  const [name] = names;
  if (name === undefined || names.size > 1) return null;
  const source = texts.find((text) => text.toUpperCase().includes(name)) ?? '';
  return { name, basis: `${where} ${quoteSent(source.trim().slice(-96), 96)}` };
}
