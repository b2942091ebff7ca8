import type { InventoryFormat } from './inventory.js';

/** An inventory to begin with: its clients are examples, paused, at addresses that nobody has. It is valid as it is. */
export function inventoryTemplate(format: InventoryFormat): string {
  return format === 'csv' ? CSV : YAML;
}

const CSV = [
  'id,name,address,network,profile,services,sources,source,group,schedule,time_zone,' +
    'authorized_by,authorization_reference,authorized_until,contacts,tags,paused,notes',
  'example-1,Example with a fixed address,192.0.2.17,,closed,,,,north,30 3 * * *,Europe/London,' +
    'J. Doe (owner),Contract 4711,2030-12-31,it@example.com,gold|voip,yes,An example: replace it',
  'example-2,Example with a dynamic name,pbx.example.com,198.51.100.0/24,sip-trunk,,"provider=203.0.113.0/26,203.0.113.99",,' +
    'north,30 3 * * *,Europe/London,J. Doe (owner),Contract 4712,,it@example.com|owner@example.com,voip,yes,' +
    '"An example: the name must lead into the network, or nothing is sent"',
  'example-3,Example with moved ports,198.51.100.8/30,,remote-maintenance,"webpro=48081|pcpro=48010,48011",dealer=192.0.2.128/28,,' +
    'south,@weekly,UTC,J. Smith (IT),Mail of 2026-01-15,2030-06-30,,,yes,An example: replace it',
]
  .map((line) => `${line}\r\n`)
  .join('');

const YAML = `# The clients of a dealer. The three below are examples, paused, at addresses that nobody has: replace them.
# Check this file with: sallyport inventory validate FILE
version: 1

# What holds where neither the group nor the client says otherwise.
defaults:
  profile: closed # sallyport profile list tells what there is; a file can be named as well
  schedule: 30 3 * * * # minute, hour, day of the month, month, weekday
  timeZone: Europe/London

# Groups hand on to their clients what defaults can hold.
groups:
  north:
    title: Northern branch
    contacts: [it@example.com]
    tags: [voip]
  south:
    title: Southern branch
    schedule: '@weekly'

clients:
  - id: example-1
    name: Example with a fixed address
    address: 192.0.2.17
    group: north
    # Who allowed the checks. A client without it is never probed.
    authorization:
      by: J. Doe (owner)
      reference: Contract 4711
      until: 2030-12-31 # the last day; leave it out where there is none
    tags: [gold]
    paused: true

  - id: example-2
    name: Example with a dynamic name
    address: pbx.example.com
    # The name must lead into this network: elsewhere may be a stranger, and nothing is sent.
    network: 198.51.100.0/24
    profile: sip-trunk
    # The provider's networks, for the profile's source "provider".
    sources:
      provider: [203.0.113.0/26, 203.0.113.99]
    group: north
    authorization: { by: J. Doe (owner), reference: Contract 4712 }
    paused: true

  - id: example-3
    name: Example with moved ports
    address: 198.51.100.8/30
    profile: remote-maintenance
    # Services that were moved away from the maker's ports.
    services:
      webpro: 48081
      pcpro: [48010, 48011]
    sources:
      dealer: 192.0.2.128/28
    group: south
    authorization: { by: J. Smith (IT), reference: Mail of 2026-01-15, until: 2030-06-30 }
    paused: true
    notes: An example.
`;
