import { cutText, quote } from '../../words/sentence.js';
import type { Grounds } from '../../model/site.js';
import { nameGateway, nameRouters } from './gateways.js';
import { describeMapping, isByNatPmp } from './mappings.js';

/** Says what lets something in from outside, and how far that is known, in at most 512 characters. */
export function sayGrounds(grounds: Grounds): string {
  return cutText(say(grounds), 512);
}

function say(grounds: Grounds): string {
  switch (grounds.kind) {
    case 'mapping': {
      const kind = isByNatPmp(grounds.mapping) ? 'A mapping created by NAT-PMP or PCP' : 'A UPnP mapping';
      return `${kind} in ${nameGateway(grounds.gateway)}: ${describeMapping(grounds.mapping)}.`;
    }
    case 'random-ports-arrive':
      return `A DMZ, an exposed host or 1:1 NAT in ${nameRouters(grounds.routers)}: messages to random ports arrive as well.`;
    case 'not-in-the-list': {
      const natPmp = grounds.natPmp ? ' NAT-PMP also answers, and not every router lists its mappings there.' : '';
      return `A static forward in ${nameRouters(grounds.routers)}. Its UPnP list was read completely and does not show it.${natPmp}${sayOther(grounds)}`;
    }
    case 'no-service-opens':
      return `A static forward in ${nameRouters(grounds.routers)}. Neither UPnP nor NAT-PMP is available, but a mapping created before they were switched off stays until the router restarts.${sayOther(grounds)}`;
    case 'nat-pmp-answers':
      return `In ${nameRouters(grounds.routers)}, a static forward, or a mapping created by NAT-PMP, which answers but cannot be listed.`;
    case 'list-unread':
      return `A static forward in ${nameRouters(grounds.routers)}, or a mapping among those that could not be read.${sayOther(grounds)} Check the router’s settings.`;
    case 'not-fully-asked':
      return `A static forward in ${nameRouters(grounds.routers)}, or a mapping: whether it offers UPnP or NAT-PMP could not be fully determined.`;
    case 'no-router':
      return 'A forward or a mapping. No router was found from inside, so it is not known which.';
    case 'router-answers':
      return `${sayMissed(grounds)}It is ${nameRouters(grounds.routers)} itself. ${saySign(grounds)}`;
    case 'inside-device':
      return `${sayMissed(grounds)}A device inside answers. The router leads to it by a forward or a DMZ.`;
    case 'other-device':
      return `${sayMissed({ missed: true })}A forward${sayNatPmp(grounds)} or a DMZ to another device inside, or the router itself.`;
    case 'anything': {
      const unread = grounds.unread ? ', a mapping that could not be read' : '';
      const ways = `A forward${sayNatPmp(grounds)}${unread}, a DMZ, or the router itself.`;
      return grounds.standIn
        ? `${ways} The stand-in received nothing there, so it cannot show which.`
        : `${ways} Run preinstall with --stand-in to find out which.`;
    }
  }
}

function sayOther({ otherMapping }: Extract<Grounds, { otherMapping: unknown }>): string {
  return otherMapping
    ? ` A mapping of that port is also listed, but it leads elsewhere: ${describeMapping(otherMapping)}.`
    : '';
}

function sayMissed({ missed }: { readonly missed: boolean }): string {
  return missed ? 'It answers, but the message for the stand-in did not arrive there. ' : '';
}

function sayNatPmp({ natPmp }: { readonly natPmp: boolean }): string {
  return natPmp ? ', a mapping by NAT-PMP (which cannot be listed)' : '';
}

function saySign({ sign, name }: Extract<Grounds, { kind: 'router-answers' }>): string {
  switch (sign) {
    case 'nat-pmp':
      return 'NAT-PMP answers there, which is a router’s protocol.';
    case 'upnp-gateway':
      return 'It answers as a UPnP gateway.';
    case 'same-name':
      return `It calls itself ${quote(name ?? '', 60)}, the same as the router does from inside.`;
    case 'own-page':
      return 'Most likely it is the router’s own page or terminal. A forward to a device such as a recorder would look the same.';
  }
}
