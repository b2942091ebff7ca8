import { cleanHeaderValue } from '../http/headers.js';
import { parseLooseXml } from './loose-xml.js';
import { escapeXml, findChild, findWithin, parseXml, type XmlElement } from './xml.js';

/** An action of a service, with its arguments in the order of the service's document. */
export interface SoapCall {
  readonly serviceType: string;
  readonly action: string;
  readonly arguments: readonly (readonly [name: string, value: string])[];
}

/**
 * What came of a call: the element with the results, a fault of UPnP, or neither and why, as a part of a sentence.
 * `loose`: the answer is not well-formed XML, so its elements were taken out of it.
 */
export type SoapAnswer =
  | { readonly results: XmlElement; readonly loose: boolean }
  | { readonly fault: { readonly code: number | null; readonly description: string | null } }
  | { readonly problem: string };

const MAX_DESCRIPTION = 64;

/** The header fields and body of a call (UPnP Device Architecture 2.0 §3.2.1). Nothing in it can be broken out of. */
export function renderSoapCall({ serviceType, action, arguments: list }: SoapCall): {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
} {
  const name = action.replace(/\W/g, '');
  const values = list.map(([key, value]) => `<${key}>${escapeXml(value)}</${key}>`).join('');
  const body = [
    '<?xml version="1.0"?>\r\n',
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"',
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">',
    `<s:Body><u:${name} xmlns:u="${escapeXml(serviceType)}">${values}</u:${name}></s:Body></s:Envelope>\r\n`,
  ].join('');
  return {
    headers: [
      ['Content-Type', 'text/xml; charset="utf-8"'],
      ['SOAPAction', `"${cleanHeaderValue(serviceType).replaceAll('"', '')}#${name}"`],
    ],
    body: Buffer.from(body, 'utf8'),
  };
}

/**
 * Parses the answer to a call of `action` (UPnP Device Architecture 2.0 §3.2.2, §3.2.5), whatever the status it came
 * with: some devices send faults with 200. Elements are known by their local names only. What is not well-formed, as
 * with a `<` in a description that the router does not escape, is searched for the same elements.
 */
export function parseSoapAnswer(bytes: Uint8Array, action: string): SoapAnswer {
  const document = parseXml(bytes);
  if ('root' in document) {
    return readAnswer(document.root, action, false) ?? { problem: `it is neither an answer to ${action} nor an error` };
  }
  const loose = parseLooseXml(bytes);
  return ('root' in loose ? readAnswer(loose.root, action, true) : undefined) ?? document;
}

function readAnswer(root: XmlElement, action: string, loose: boolean): SoapAnswer | undefined {
  const body = findWithin(root, 'Body') ?? root;
  const results = (loose ? findWithin : findChild)(body, `${action}Response`);
  if (results) return { results, loose };
  const fault = findWithin(body, 'Fault') ?? findWithin(body, 'UPnPError');
  if (!fault) return undefined;
  const code = findWithin(fault, 'errorCode')?.text ?? '';
  return {
    fault: {
      code: /^[0-9]{1,5}$/.test(code) ? Number(code) : null,
      description: findWithin(fault, 'errorDescription')?.text.slice(0, MAX_DESCRIPTION) || null,
    },
  };
}
