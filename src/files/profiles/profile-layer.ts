import { type ProfileFile, profileFileSchema } from './profile-schema.js';
import { checkSchema } from '../text/check-schema.js';
import { type InputError, throwErrors } from '../text/input-error.js';
import { parsePortRange } from '../text/ports.js';
import { type KeyPath, problemAt, type YamlDocument } from '../text/yaml-document.js';
import { parseNetwork } from '../../model/address-ranges.js';
import type { EndpointId, Transport } from '../../model/endpoint.js';
import { OUTSIDER } from '../../model/profile.js';
import { quoteInput } from '../../words/input.js';

/** One profile file in a chain of `extends`. */
export interface ProfileLayer {
  readonly document: YamlDocument;
  readonly data: ProfileFile;
  /** Endpoints of the services that list any, ranges expanded. */
  readonly endpoints: ReadonlyMap<string, readonly PlacedEndpoint[]>;
  readonly builtIn: boolean;
}

/** An endpoint and where the file lists it. */
export interface PlacedEndpoint {
  readonly id: EndpointId;
  readonly path: KeyPath;
}

/**
 * Checks one profile file by itself: its format, ports and networks.
 * @throws InputError with a line for each problem
 */
export function readProfileLayer(document: YamlDocument, builtIn: boolean): ProfileLayer {
  const data = checkSchema(document, profileFileSchema);
  const errors: InputError[] = [];
  const report = (path: KeyPath, problem: string) => errors.push(problemAt(document, path, problem));
  const endpoints = new Map(
    Object.entries(data.services).flatMap(([id, service]) =>
      service.endpoints ? [[id, expandEndpoints(['services', id, 'endpoints'], service.endpoints, report)]] : [],
    ),
  );
  checkSources(data, report);
  throwErrors(errors);
  return { document, data, endpoints, builtIn };
}

type Report = (path: KeyPath, problem: string) => void;

function expandEndpoints(list: KeyPath, texts: readonly string[], report: Report): PlacedEndpoint[] {
  const found = new Map<EndpointId, PlacedEndpoint>();
  for (const [index, text] of texts.entries()) {
    const path = [...list, index];
    const [transport, ports] = text.split('/') as [Transport, string];
    try {
      const { first, last } = parsePortRange(ports, text);
      for (let port = first; port <= last; port++) {
        const id: EndpointId = `${transport}/${port}`;
        if (found.has(id)) {
          report(path, `${id} is listed twice`);
          break;
        }
        found.set(id, { id, path });
      }
    } catch (error) {
      report(path, (error as InputError).problem);
    }
  }
  return [...found.values()];
}

function checkSources(data: ProfileFile, report: Report): void {
  if (Object.hasOwn(data.sources, OUTSIDER)) {
    report(['sources', OUTSIDER], 'is built in: everybody who belongs to no other source');
  }
  for (const [id, { cidrs }] of Object.entries(data.sources)) {
    for (const [index, cidr] of cidrs.entries()) {
      if (parseNetwork(cidr)) continue;
      report(['sources', id, 'cidrs', index], `bad network ${quoteInput(cidr)}: expected a form such as 192.0.2.0/24`);
    }
  }
}
